/** The operator's side: sign-in, socket, commands until they are done, and the signals that the desk shows. */

import { batch, computed, signal } from "@preact/signals";
import type { ConnectionPhase } from "../shared/connection";
import { Link } from "../shared/link";
import { attempt, browserStore, newId, Outbox } from "../shared/outbox";
import type { Card, Delivery, DeskCommand, DeskFrame, ErrorFrame, Letter } from "../shared/protocol";
import { counted, grouped, merged, replaced, type Cards, type Unread } from "./cards";
import { isReply, mergedMessages, rights, type Reply, type Thread } from "./thread";

/** Milliseconds until a missing `done` means that the connection is dead. */
const DONE_LIMIT = 10_000;
const TYPING_ENDS = 6_000;
const TYPING_EVERY = 3_000;
const TOAST_ENDS = 7_000;

export const LONGEST_REPLY = 4_000;

export interface Toast {
  readonly id: number;
  readonly key: string;
  readonly params: Readonly<Record<string, string>>;
}

export type SignIn = "unknown" | "out" | "in";

export class DeskClient {
  readonly signIn = signal<SignIn>("unknown");
  readonly operator = signal("");
  readonly name = signal("");
  /** Who else is at the desk. */
  readonly colleagues = signal<readonly string[]>([]);
  readonly cards = signal<Cards>(new Map());
  readonly unread = signal<Unread>(new Map());
  readonly groups = computed(() => grouped(this.cards.value, this.operator.value));
  readonly opened = signal("");
  readonly thread = signal<Thread | undefined>(undefined);
  readonly rights = computed(() => (this.thread.value ? rights(this.thread.value.card, this.operator.value) : undefined));
  readonly replies = signal<readonly Reply[]>([]);
  readonly delivery = signal<ReadonlyMap<string, Delivery>>(new Map());
  /** How many messages of all chats did not arrive, and the newest of them while their list is open. */
  readonly undelivered = signal(0);
  readonly letters = signal<readonly Letter[] | undefined>(undefined);
  readonly customerTypes = signal(false);
  readonly loadingOlder = signal(false);
  readonly connection = signal<ConnectionPhase>("idle");
  readonly toasts = signal<readonly Toast[]>([]);
  /** Commands on their way, `claim` and so on: their buttons wait. */
  readonly busy = signal<ReadonlySet<string>>(new Set());
  /** Messages about whose delivery a command is on its way. */
  readonly deciding = signal<ReadonlySet<string>>(new Set());
  /** Milliseconds that the service's clock is ahead of ours. */
  readonly clockAhead = signal(0);
  /** Called when somebody new waits. */
  onParked: (card: Card) => void = () => undefined;

  readonly #store = browserStore("sessionStorage");
  readonly #outbox = new Outbox<DeskCommand>(this.#store, "lotse:desk:pending:");
  readonly #link: Link<DeskFrame>;
  #gone: ReadonlyMap<string, number> = new Map();
  #typingSentAt = 0;
  #typingEnd: ReturnType<typeof setTimeout> | undefined;
  #doneTimer: ReturnType<typeof setTimeout> | undefined;
  #toastCount = 0;

  constructor() {
    const at = new Date().toISOString();
    this.replies.value = this.#outbox
      .list()
      .filter(isReply)
      .map(({ id, conversation, text }) => ({ id, conversation, text, at, state: "sending" }));
    this.#link = new Link<DeskFrame>({
      prepare: () => this.#check(),
      url: () => `${location.origin.replace(/^http/, "ws")}/desk/socket`,
      hello: () => undefined,
      welcomes: (frame) => frame.type === "snapshot",
      receive: (frame) => batch(() => this.#receive(frame)),
      ready: () => this.#ready(),
      changed: (phase) => (this.connection.value = phase),
    });
    this.#link.start();
  }

  /** Nothing on success, else the key of what to say. */
  async login(operator: string, password: string): Promise<string | undefined> {
    try {
      const answer = await fetch("/desk/login", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ operator, password }),
      });
      if (answer.status === 401) return "login.wrong";
      if (answer.status === 429) return "login.too_often";
      if (!answer.ok) return "login.unavailable";
    } catch {
      return "login.unavailable";
    }
    this.#link.start();
    return undefined;
  }

  async logout(): Promise<void> {
    await fetch("/desk/logout", { method: "POST" }).catch(() => undefined);
    this.#forgetAll();
    this.#leave();
  }

  open(conversation: string): void {
    if (this.opened.value === conversation && this.thread.value) return;
    batch(() => {
      this.opened.value = conversation;
      this.thread.value = undefined;
      this.#showTyping(false);
      this.loadingOlder.value = false;
      const unread = new Map(this.unread.value);
      unread.delete(conversation);
      this.unread.value = unread;
    });
    this.#link.send({ type: "open", conversation });
  }

  /** The page shows no conversation. */
  dismiss(): void {
    this.opened.value = "";
    this.thread.value = undefined;
  }

  older(): void {
    const thread = this.thread.value;
    const first = thread?.messages[0];
    if (!thread?.more || !first || this.loadingOlder.value) return;
    this.loadingOlder.value = this.#link.send({ type: "older", conversation: thread.card.conversation, before: first.seq });
  }

  command(type: "claim" | "hand_back" | "close", conversation: string): void {
    if (this.#outbox.list().some((command) => command.type === type && command.conversation === conversation)) return;
    this.#submit({ type, id: newId(), conversation });
  }

  /** Send again what did not arrive, or leave it as it is. */
  decide(type: "resend" | "settle", conversation: string, message_id: string): void {
    if (this.deciding.value.has(message_id)) return;
    this.#submit({ type, id: newId(), conversation, message_id });
  }

  showLetters(on: boolean): void {
    this.letters.value = on ? [] : undefined;
    if (on) this.#link.send({ type: "undelivered" });
  }

  reply(conversation: string, text: string): void {
    const words = text.trim();
    if (!words || words.length > LONGEST_REPLY) return;
    const id = newId();
    this.replies.value = [...this.replies.value, { id, conversation, text: words, at: new Date().toISOString(), state: "sending" }];
    this.#submit({ type: "reply", id, conversation, text: words });
  }

  forgetReply(id: string): void {
    this.replies.value = this.replies.value.filter((reply) => reply.id !== id);
  }

  writing(conversation: string, on: boolean): void {
    const now = Date.now();
    if (on && now - this.#typingSentAt < TYPING_EVERY) return;
    if (!on && !this.#typingSentAt) return;
    this.#typingSentAt = on ? now : 0;
    this.#link.send({ type: "typing", conversation, on });
  }

  toast(key: string, params: Toast["params"] = {}): void {
    this.#toastCount += 1;
    const toast = { id: this.#toastCount, key, params };
    this.toasts.value = [...this.toasts.value.slice(-2), toast];
    setTimeout(() => this.dropToast(toast.id), TOAST_ENDS);
  }

  dropToast(id: number): void {
    this.toasts.value = this.toasts.value.filter((toast) => toast.id !== id);
  }

  draft(conversation: string): string {
    return attempt(() => this.#store?.getItem(`lotse:desk:draft:${conversation}`)) ?? "";
  }

  keepDraft(conversation: string, text: string): void {
    const key = `lotse:desk:draft:${conversation}`;
    attempt(() => (text ? this.#store?.setItem(key, text) : this.#store?.removeItem(key)));
  }

  async #check(): Promise<boolean> {
    const answer = await fetch("/desk/me");
    if (answer.status === 401) {
      this.#leave();
      return false;
    }
    if (!answer.ok) return false;
    const me = (await answer.json()) as { operator: string; name: string };
    batch(() => {
      this.#belongTo(me.operator);
      this.operator.value = me.operator;
      this.name.value = me.name;
      this.signIn.value = "in";
    });
    return true;
  }

  /** Another operator at this browser: nothing that the one before wrote stays, or is sent in a wrong name. */
  #belongTo(operator: string): void {
    const key = "lotse:desk:operator";
    const before = attempt(() => this.#store?.getItem(key));
    if (before && before !== operator) this.#forgetAll();
    attempt(() => this.#store?.setItem(key, operator));
  }

  #forgetAll(): void {
    for (const command of this.#outbox.list()) this.#settle(command.id);
    this.replies.value = [];
    this.#clear();
    const keys = attempt(() => Object.keys(this.#store ?? {})) ?? [];
    for (const key of keys) if (key.startsWith("lotse:desk:draft:")) attempt(() => this.#store?.removeItem(key));
  }

  #leave(): void {
    batch(() => {
      this.#link.stop();
      this.signIn.value = "out";
      this.#clear();
    });
  }

  #clear(): void {
    this.cards.value = new Map();
    this.unread.value = new Map();
    this.undelivered.value = 0;
    this.letters.value = undefined;
    this.#gone = new Map();
    this.replies.value = this.replies.value.filter((reply) => reply.state === "sending");
    this.dismiss();
  }

  #submit(command: DeskCommand): void {
    this.#outbox.add(command);
    this.#typingSentAt = 0;
    this.#showBusy();
    if (this.#link.send(command)) this.#watchDone();
  }

  #ready(): void {
    if (this.opened.value) this.#link.send({ type: "open", conversation: this.opened.value });
    this.#sendPending();
  }

  #sendPending(): void {
    for (const command of this.#outbox.list()) this.#link.send(command);
    this.#watchDone();
  }

  #watchDone(): void {
    if (this.#doneTimer !== undefined) return;
    const waiting = this.#outbox.list()[0]?.id;
    if (waiting === undefined) return;
    this.#doneTimer = setTimeout(() => {
      this.#doneTimer = undefined;
      if (this.#outbox.has(waiting)) this.#link.restart();
      else this.#watchDone();
    }, DONE_LIMIT);
  }

  #showBusy(): void {
    const commands = this.#outbox.list();
    this.busy.value = new Set(commands.filter((command) => !isReply(command)).map((command) => command.type));
    this.deciding.value = new Set(commands.flatMap((command) => ("message_id" in command ? [command.message_id] : [])));
  }

  #receive(frame: DeskFrame): void {
    switch (frame.type) {
      case "snapshot":
        this.#takeSnapshot(frame);
        return;
      case "card":
        this.#takeCard(frame.card);
        return;
      case "conversation":
        if (frame.card.conversation !== this.opened.value) return;
        this.#takeCard(frame.card);
        this.#takeConversation(frame);
        return;
      case "messages":
        this.loadingOlder.value = false;
        this.#change(frame.conversation, (thread) => ({
          ...thread,
          messages: mergedMessages(frame.messages, thread.messages),
          more: frame.more,
        }));
        return;
      case "message":
        this.#change(frame.conversation, (thread) => ({ ...thread, messages: mergedMessages(thread.messages, [frame.message]) }));
        if (frame.message.author === "customer") this.#showTyping(false);
        return;
      case "panel":
        this.#change(frame.conversation, (thread) => ({ ...thread, panel: frame.panel }));
        return;
      case "delivery":
        this.delivery.value = new Map(this.delivery.value).set(frame.message_id, frame);
        return;
      case "undelivered":
        this.#takeUndelivered(frame);
        return;
      case "typing":
        if (frame.conversation === this.opened.value) this.#showTyping(frame.on);
        return;
      case "colleagues":
        this.colleagues.value = frame.operators.map((operator) => operator.name);
        return;
      case "done":
        this.#settle(frame.id);
        this.replies.value = this.replies.value.map((reply) => (reply.id === frame.id ? { ...reply, state: "stored" } : reply));
        return;
      case "refused":
        this.#refuse(frame.id, frame.reason, frame.holder ?? "");
        return;
      case "error":
        this.#fail(frame);
    }
  }

  #takeSnapshot(frame: Extract<DeskFrame, { type: "snapshot" }>): void {
    const before = this.cards.value;
    this.operator.value = frame.operator;
    this.name.value = frame.name;
    this.colleagues.value = [];
    this.clockAhead.value = Date.parse(frame.now) - Date.now();
    this.cards.value = replaced(frame.cards);
    this.#gone = new Map();
    let unread: Unread = new Map([...this.unread.value].filter(([conversation]) => this.cards.value.has(conversation)));
    for (const card of frame.cards) {
      unread = counted(unread, before.get(card.conversation), card, card.conversation === this.opened.value);
    }
    this.unread.value = unread;
    const current = this.cards.value.get(this.opened.value);
    if (current) this.#change(current.conversation, (thread) => ({ ...thread, card: current }));
  }

  #takeCard(card: Card): void {
    const before = this.cards.value.get(card.conversation);
    const next = merged(this.cards.value, card, this.#gone);
    this.#gone = next.gone;
    if (next.cards !== this.cards.value) {
      this.cards.value = next.cards;
      this.unread.value = counted(this.unread.value, before, card, card.conversation === this.opened.value);
      if (card.phase === "parked" && before?.phase !== "parked") this.onParked(card);
    }
    this.#change(card.conversation, (thread) => (card.version < thread.card.version ? thread : { ...thread, card }));
  }

  #takeConversation(frame: Extract<DeskFrame, { type: "conversation" }>): void {
    const before = this.thread.value;
    const same = before?.card.conversation === frame.card.conversation ? before : undefined;
    const oldest = frame.messages[0]?.seq ?? 0;
    // Earlier messages that were loaded stay, unless there is a hole between them and the newest ones.
    const joined = same && same.messages.some((message) => message.seq >= oldest) ? same : undefined;
    this.thread.value = {
      card: frame.card,
      panel: frame.panel,
      messages: mergedMessages(joined?.messages ?? [], frame.messages),
      more: joined ? joined.more : frame.more,
    };
    this.loadingOlder.value = false;
  }

  /** An open list is read anew when the number changed. */
  #takeUndelivered(frame: Extract<DeskFrame, { type: "undelivered" }>): void {
    this.undelivered.value = frame.count;
    if (!this.letters.value) return;
    if (frame.items) this.letters.value = frame.items;
    else this.#link.send({ type: "undelivered" });
  }

  #change(conversation: string, to: (thread: Thread) => Thread): void {
    const thread = this.thread.value;
    if (thread?.card.conversation === conversation) this.thread.value = to(thread);
  }

  #showTyping(on: boolean): void {
    clearTimeout(this.#typingEnd);
    this.customerTypes.value = on;
    if (on) this.#typingEnd = setTimeout(() => (this.customerTypes.value = false), TYPING_ENDS);
  }

  #settle(id: string): void {
    this.#outbox.settle(id);
    this.#showBusy();
  }

  #refuse(id: string, reason: string, holder: string): void {
    this.#settle(id);
    this.replies.value = this.replies.value.map((reply) => (reply.id === id ? { ...reply, state: "refused", reason } : reply));
    this.toast(`refused.${reason === "held_by_other" && !holder ? "held" : reason}`, { holder });
  }

  #fail(frame: ErrorFrame): void {
    if (frame.code === "signed_out") {
      this.#leave();
    } else if (frame.code === "too_fast" || frame.code === "unavailable") {
      this.#link.retreat();
    } else {
      const id = frame.id ?? "";
      this.#settle(id);
      this.replies.value = this.replies.value.map((reply) =>
        reply.id === id ? { ...reply, state: "refused", reason: frame.code } : reply,
      );
      this.toast(frame.code === "too_long" ? "error.too_long" : "error.other", { message: frame.message });
    }
  }
}
