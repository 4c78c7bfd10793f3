/** The box somebody writes in: words, what goes with them, and what can be looked up while writing. */

import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { fitHeight, sendsOn } from "../../shared/composer";
import type { Card } from "../../shared/protocol";
import { LONGEST_REPLY } from "../client";
import { draft, keepDraft, type Mode } from "../keep";
import { completed, mentioned, queryAt, type Query } from "../suggest";
import type { DeskUse } from "../use";
import { fileName } from "../words";
import { Attachments, pickFiles } from "./attachments";
import { Icon } from "./icon";
import { Suggest, useChoice } from "./suggest";

const COUNT_FROM = LONGEST_REPLY - 500;

interface Props extends DeskUse {
  readonly card: Card;
  readonly mode: Mode;
  readonly onLeave?: () => void;
}

export function Writing(props: Props): JSX.Element {
  const { client, texts, card, mode, onLeave } = props;
  const { t } = texts;
  const id = card.conversation;
  const note = mode === "note";
  const words = useSignal(draft(id, mode));
  const query = useSignal<Query | undefined>(undefined);
  const over = useSignal(false);
  const box = useRef<HTMLTextAreaElement>(null);
  // Before the next key: who presses a letter to write goes on without a pause.
  useLayoutEffect(() => {
    fit(box.current);
    box.current?.focus({ preventScroll: true });
    box.current?.setSelectionRange(words.value.length, words.value.length);
  }, []);
  const write = (text: string, caret = text.length): void => {
    words.value = text;
    keepDraft(id, mode, text);
    query.value = queryAt(text, caret, note);
    if (query.value?.kind === "canned") client.askCanned();
    if (!note) client.writing(id, text.trim() !== "");
  };
  const put = (text: string, caret: number): void => {
    write(text, caret);
    if (!box.current) return;
    box.current.value = text;
    box.current.setSelectionRange(caret, caret);
    box.current.focus();
    fit(box.current);
  };
  const choice = useChoice(props, query, (text) => {
    if (!query.value) return;
    const next = completed(words.value, query.value, text);
    put(next.text, next.caret);
    query.value = undefined;
  });
  const send = (): void => {
    if (!ready(client, id, mode, words.value)) return;
    if (note) client.say(id, { type: "note", text: words.value.trim(), mentions: mentioned(words.value, client.colleagues.value) });
    else answer(client, id, words.value.trim());
    put("", 0);
    onLeave?.();
  };
  const files = (list: FileList | null | undefined): boolean => {
    if (note || !list?.length) return false;
    client.uploads.add(id, list);
    return true;
  };
  return (
    <form
      class={["answer", note ? "noting" : "", over.value ? "over" : ""].join(" ")}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onDragOver={(event) => {
        if (note || !event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={() => (over.value = false)}
      onDrop={(event) => {
        event.preventDefault();
        over.value = false;
        files(event.dataTransfer?.files);
      }}
    >
      {note && (
        <p class="warning">
          <Icon name="note" /> {t("note.only")}
        </p>
      )}
      {!note && <Attachments client={client} texts={texts} conversation={id} />}
      <Suggest choice={choice} texts={texts} />
      <textarea
        ref={box}
        rows={2}
        dir="auto"
        value={words.value}
        placeholder={t(note ? "note.placeholder" : "placeholder")}
        aria-label={t(note ? "note.placeholder" : "placeholder")}
        aria-autocomplete="list"
        aria-controls={query.value ? "suggest" : undefined}
        aria-activedescendant={choice.active ? `suggest-${choice.at}` : undefined}
        onInput={(event) => {
          write(event.currentTarget.value, event.currentTarget.selectionStart);
          fit(event.currentTarget);
        }}
        onPaste={(event) => {
          if (files(event.clipboardData?.files)) event.preventDefault();
        }}
        onBlur={() => client.writing(id, false)}
        onKeyDown={(event) => {
          if (choice.onKey(event)) return;
          if (event.key === "Escape" && onLeave && !words.value) return onLeave();
          if (!sendsOn(event)) return;
          event.preventDefault();
          send();
        }}
      />
      <Foot {...props} words={words} query={query} box={box} onFiles={files} put={put} />
    </form>
  );
}

function fit(box: HTMLTextAreaElement | null): void {
  if (box) fitHeight(box);
}

/** Words within their limit, or a file that has arrived; nothing while one is on its way or failed. */
function ready(client: DeskUse["client"], conversation: string, mode: Mode, words: string): boolean {
  const text = words.trim();
  if (text.length > LONGEST_REPLY) return false;
  if (mode === "note") return text !== "";
  const files = client.uploads.of(conversation);
  if (files.some((file) => !file.uploaded) || (client.buttons.value.length > 0 && !text)) return false;
  return text !== "" || files.length > 0 || client.enclosed.value !== "";
}

/** The words are the caption of the first file; each further file is an answer of its own, and so are words with buttons. */
function answer(client: DeskUse["client"], conversation: string, text: string): void {
  const files = client.uploads.of(conversation);
  const buttons = client.buttons.value;
  const enclosed = client.enclosed.value;
  const caption = buttons.length ? "" : text;
  if (enclosed) client.say(conversation, { type: "reply", ...(caption ? { text } : {}), upload: enclosed }, fileName(enclosed));
  files.forEach(({ key, uploaded, file }, index) => {
    if (uploaded) client.say(conversation, { type: "reply", ...(caption && !index && !enclosed ? { text } : {}), upload: uploaded.upload }, file.name);
    client.uploads.drop(key);
  });
  if ((!files.length && !enclosed) || buttons.length) client.say(conversation, { type: "reply", text, ...(buttons.length ? { buttons } : {}) });
  client.buttons.value = [];
  client.enclosed.value = "";
}

interface FootProps extends Props {
  readonly words: Signal<string>;
  readonly query: Signal<Query | undefined>;
  readonly box: { readonly current: HTMLTextAreaElement | null };
  readonly onFiles: (list: FileList | null) => boolean;
  readonly put: (text: string, caret: number) => void;
}

function Foot({ client, texts, card, mode, words, onFiles, put, onLeave }: FootProps): JSX.Element {
  const { t } = texts;
  const note = mode === "note";
  const room = LONGEST_REPLY - words.value.trim().length;
  return (
    <div class="foot">
      {!note && (
        <div class="extras" role="group" aria-label={t("extras.title")}>
          <Extra name="slash" label={t("extras.canned")} hint=" (/)" onClick={() => put(words.value ? `${words.value}\n/` : "/", words.value ? words.value.length + 2 : 1)} />
          <Extra name="clip" label={t("extras.file")} onClick={() => pickFiles(onFiles)} />
          <Extra name="buttons" label={t("extras.buttons")} onClick={() => (client.box.value = "buttons")} />
          <Extra name="pin" label={t("extras.place")} onClick={() => (client.box.value = "place")} />
        </div>
      )}
      <span class={room < 0 ? "room bad" : "room"}>{words.value.length > COUNT_FROM ? room : t(note ? "note.hint" : "send_hint")}</span>
      {onLeave && (
        <button type="button" onClick={onLeave}>
          {t("cancel")}
        </button>
      )}
      <button type="submit" class={note ? "primary internal" : "primary"} disabled={!ready(client, card.conversation, mode, words.value)}>
        {t(note ? "note.save" : "send")}
      </button>
    </div>
  );
}

interface ExtraProps {
  readonly name: Parameters<typeof Icon>[0]["name"];
  readonly label: string;
  readonly hint?: string;
  readonly onClick: () => void;
}

function Extra({ name, label, hint = "", onClick }: ExtraProps): JSX.Element {
  return (
    <button type="button" class="square quiet" title={label + hint} aria-label={label} onClick={onClick}>
      <Icon name={name} />
    </button>
  );
}

