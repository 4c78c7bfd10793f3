/** Files on their way to the service, by conversation; what is there goes out with an answer. */

import { signal } from "@preact/signals";
import { newId } from "../shared/outbox";
import type { Uploaded } from "../shared/protocol";

export const LARGEST_FILE = 10 * 1024 * 1024;

/** `part` of it is sent, from 0 to 1. `problem`: the key of why it can't be sent. */
export interface Attachment {
  readonly key: string;
  readonly conversation: string;
  readonly file: File;
  readonly part: number;
  readonly uploaded?: Uploaded;
  readonly problem?: string;
}

export class Uploads {
  readonly list = signal<readonly Attachment[]>([]);
  readonly #requests = new Map<string, XMLHttpRequest>();

  of(conversation: string): readonly Attachment[] {
    return this.list.value.filter((one) => one.conversation === conversation);
  }

  add(conversation: string, files: Iterable<File>): void {
    for (const file of files) {
      const attachment: Attachment = { key: newId(), conversation, file, part: 0 };
      this.list.value = [...this.list.value, attachment];
      this.#start(attachment);
    }
  }

  again(key: string): void {
    const attachment = this.list.value.find((one) => one.key === key);
    if (attachment) this.#start(attachment);
  }

  drop(key: string): void {
    this.#requests.get(key)?.abort();
    this.#requests.delete(key);
    this.list.value = this.list.value.filter((one) => one.key !== key);
  }

  clear(): void {
    for (const { key } of this.list.value) this.drop(key);
  }

  #start({ key, file }: Attachment): void {
    if (file.size > LARGEST_FILE) return this.#fail(key, "too_large");
    if (!file.size) return this.#fail(key, "empty");
    const request = new XMLHttpRequest();
    this.#requests.set(key, request);
    this.#set(key, { part: 0, problem: undefined });
    request.upload.onprogress = (event) => this.#set(key, { part: event.total ? event.loaded / event.total : 0 });
    request.onload = () => this.#finish(key, request);
    request.onerror = request.ontimeout = () => this.#fail(key, "lost");
    request.open("POST", `/desk/upload?name=${encodeURIComponent(file.name)}`);
    request.responseType = "json";
    request.send(file);
  }

  #finish(key: string, request: XMLHttpRequest): void {
    this.#requests.delete(key);
    const answer = request.response as Uploaded | null;
    if (request.status === 200 && answer?.upload) this.#set(key, { part: 1, uploaded: answer });
    else this.#fail(key, { 401: "signed_out", 413: "too_large", 415: "kind", 429: "too_fast" }[request.status] ?? "lost");
  }

  #fail(key: string, problem: string): void {
    this.#set(key, { problem });
  }

  #set(key: string, change: { readonly part?: number; readonly uploaded?: Uploaded; readonly problem?: string | undefined }): void {
    this.list.value = this.list.value.map((one) => {
      if (one.key !== key) return one;
      const { problem: _old, ...rest } = one;
      const { problem, ...more } = change;
      return { ...rest, ...more, ...(problem === undefined ? {} : { problem }) };
    });
  }
}
