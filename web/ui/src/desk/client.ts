/** The operator's side: sign-in, socket, and commands until they are done. What is shown is in `DeskState`. */

import { batch } from "@preact/signals";
import { Link } from "../shared/link";
import { browserStore, newId, Outbox } from "../shared/outbox";
import type { DeskCommand, DeskFrame, Earlier as Episode, ErrorFrame, Me, Status } from "../shared/protocol";
import { EMPTY } from "./feed";
import { forgetDrafts, formerOperator, rememberOperator } from "./keep";
import { Receiver } from "./receive";
import { login, logout, whoAmI } from "./session";
import { DeskState } from "./state";
import { isReply, past, type Reply } from "./thread";
import { Uploads } from "./uploads";

/** Milliseconds until a missing `done` means that the connection is dead. */
const DONE_LIMIT = 10_000;
const TYPING_EVERY = 3_000;

export const LONGEST_REPLY = 4_000;
const NEWEST = Number.MAX_SAFE_INTEGER;

/** Left out of each kind: what the client fills in. */
type Without<C> = C extends { readonly conversation: string } ? Omit<C, "id" | "conversation"> : never;
export type Order = Without<Exclude<DeskCommand, { type: "reply" | "note" | "resend" | "settle" | "status" }>>;
export type Said = Without<Extract<DeskCommand, { type: "reply" | "note" }>>;

export class DeskClient extends DeskState {
  readonly uploads = new Uploads();
  readonly #outbox = new Outbox<DeskCommand>(browserStore("sessionStorage"), "lotse:desk:pending:");
  readonly #link: Link<DeskFrame>;
  readonly #receiver: Receiver;
  #typingSentAt = 0;
  #doneTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    const at = new Date().toISOString();
    this.replies.value = this.#outbox.list().filter(isReply).map((command) => ({ command, at, state: "sending" }));
    this.#receiver = new Receiver(this, (frame) => this.#link.send(frame));
    this.#link = new Link<DeskFrame>({
      prepare: () => this.#check(),
      url: () => `${location.origin.replace(/^http/, "ws")}/desk/socket${this.#after()}`,
      hello: () => undefined,
      welcomes: (frame) => frame.type === "snapshot" || frame.type === "resumed",
      receive: (frame) => batch(() => this.#receive(frame)),
      ready: () => this.#ready(),
      changed: (phase) => (this.connection.value = phase),
    });
    this.#link.start();
  }

  async login(operator: string, password: string): Promise<string | undefined> {
    const problem = await login(operator, password);
    if (!problem) this.#link.start();
    return problem;
  }

  async logout(): Promise<void> {
    await logout();
    this.#forgetAll();
    this.#leave();
    this.ended.value = false;
  }

  open(conversation: string): void {
    this.cursor.value = conversation;
    this.dropToasts(conversation);
    if (this.opened.value === conversation && this.thread.value) return;
    batch(() => {
      this.dismiss();
      this.opened.value = conversation;
      this.seen();
    });
    this.#link.send({ type: "open", conversation, language: document.documentElement.lang || undefined });
  }

  /** The page shows no conversation. */
  dismiss(): void {
    this.opened.value = "";
    this.thread.value = undefined;
    this.earlier.value = undefined;
    this.viewers.value = [];
    this.canned.value = undefined;
    this.slots.value = { team: "", slots: undefined };
    this.found.value = undefined;
    this.box.value = undefined;
    this.buttons.value = [];
    this.enclosed.value = "";
    this.loadingOlder.value = false;
    this.refreshing.value = false;
    this.#receiver.showTyping(false);
  }

  /** Read what was written while the page was hidden. */
  seen(): void {
    if (!this.unread.value.has(this.opened.value)) return;
    const unread = new Map(this.unread.value);
    unread.delete(this.opened.value);
    this.unread.value = unread;
  }

  older(): void {
    const thread = this.thread.value;
    const first = thread?.messages[0];
    if (!thread?.more || !first || this.loadingOlder.value) return;
    this.loadingOlder.value = this.#link.send({ type: "older", conversation: thread.card.conversation, before: first.seq });
  }

  /** An earlier conversation in the place of this one's history; nothing leads back. */
  showEarlier(one: Episode | undefined): void {
    this.earlier.value = one && past(one);
    if (one) this.#link.send({ type: "older", conversation: one.conversation, before: NEWEST });
  }

  olderEarlier(): void {
    const earlier = this.earlier.value;
    const first = earlier?.messages?.[0];
    if (earlier?.more && first) this.#link.send({ type: "older", conversation: earlier.conversation, before: first.seq });
  }

  /** True if it is on its way; the same to the same chat is not sent twice at a time. */
  command(order: Order, conversation: string): boolean {
    if (this.#outbox.list().some((command) => command.type === order.type && "conversation" in command && command.conversation === conversation)) return false;
    this.dropToasts(conversation);
    this.#submit({ ...order, id: newId(), conversation } as DeskCommand);
    return true;
  }

  status(status: Status): void {
    this.#submit({ type: "status", id: newId(), status });
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

  say(conversation: string, said: Said, file?: string): void {
    const command = { ...said, id: newId(), conversation } as Reply["command"];
    const reply: Reply = { command, at: new Date().toISOString(), state: "sending", ...(file ? { file } : {}) };
    this.replies.value = [...this.replies.value, reply];
    this.writing(conversation, false);
    this.#submit(command);
  }

  sayAgain({ command: { id, conversation, ...said }, file }: Reply): void {
    this.forgetReply(id);
    this.say(conversation, said as Said, file);
  }

  forgetReply(id: string): void {
    this.replies.value = this.replies.value.filter((reply) => reply.command.id !== id);
  }

  writing(conversation: string, on: boolean): void {
    const now = Date.now();
    if (on && now - this.#typingSentAt < TYPING_EVERY) return;
    if (!on && !this.#typingSentAt) return;
    this.#typingSentAt = on ? now : 0;
    this.#link.send({ type: "typing", conversation, on });
  }

  askCanned(): void {
    if (!this.canned.value) this.#link.send({ type: "canned", conversation: this.opened.value });
  }

  askSlots(team: string): void {
    this.slots.value = { team, slots: undefined };
    this.#link.send({ type: "slots", conversation: this.opened.value, team });
  }

  /** The operator asks for what the back-end knows; a context says when it is there. */
  refresh(): void {
    if (this.refreshing.value) return;
    this.refreshing.value = this.#link.send({ type: "refresh", conversation: this.opened.value });
  }

  find(text: string): void {
    this.#link.send({ type: "find", text });
  }

  async #check(): Promise<boolean> {
    const me = await whoAmI();
    if (me === "out") this.#leave();
    if (!me || me === "out") return false;
    batch(() => this.#enter(me));
    return true;
  }

  /** Another operator at this browser: nothing that the one before wrote stays, or is sent in a wrong name. */
  #enter(me: Me): void {
    const before = formerOperator();
    if (before && before !== me.operator) this.#forgetAll();
    rememberOperator(me.operator);
    const { feed } = this;
    feed.value = { ...feed.value, me: { ...feed.value.me, ...me } };
    this.signIn.value = "in";
    this.ended.value = false;
  }

  #forgetAll(): void {
    for (const command of this.#outbox.list()) this.#settle(command.id);
    this.replies.value = [];
    this.#clear();
    this.uploads.clear();
    forgetDrafts();
  }

  #leave(): void {
    batch(() => {
      this.#link.stop();
      this.ended.value = this.signIn.value === "in";
      this.signIn.value = "out";
      this.#clear();
    });
  }

  #clear(): void {
    this.feed.value = EMPTY;
    this.unread.value = new Map();
    this.asked.value = new Map();
    this.undelivered.value = 0;
    this.letters.value = undefined;
    this.cursor.value = "";
    this.replies.value = this.replies.value.filter((reply) => reply.state === "sending");
    this.dismiss();
  }

  #after(): string {
    const { event } = this.feed.value;
    return event ? `?after=${encodeURIComponent(event)}` : "";
  }

  #submit(command: DeskCommand): void {
    this.#outbox.add(command);
    this.#showBusy();
    if (this.#link.send(command)) this.#watchDone();
  }

  #ready(): void {
    if (this.opened.value) this.#link.send({ type: "open", conversation: this.opened.value, language: document.documentElement.lang || undefined });
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
      case "resumed":
      case "card":
      case "seat":
        this.#receiver.feed(frame);
        return;
      case "done":
        this.#settle(frame.id);
        this.#mark(frame.id, { state: "stored" });
        return;
      case "refused":
        this.#refuse(frame);
        return;
      case "error":
        this.#fail(frame);
        return;
      default:
        this.#receiver.show(frame);
    }
  }

  #settle(id: string): void {
    this.#outbox.settle(id);
    this.#showBusy();
  }

  #mark(id: string, change: Pick<Reply, "state" | "reason">): void {
    this.replies.value = this.replies.value.map((reply) => (reply.command.id === id ? { ...reply, ...change } : reply));
  }

  #refuse({ id, reason, holder = "" }: Extract<DeskFrame, { type: "refused" }>): void {
    const said = this.replies.value.some((reply) => reply.command.id === id);
    this.#settle(id);
    this.#mark(id, { state: "refused", reason });
    const key = reason === "held_by_other" && !holder ? "held" : reason === "not_holder" && said ? "not_sent" : reason;
    this.toast(`refused.${key}`, { holder });
  }

  #explain({ code, message, argument = "", wanted }: ErrorFrame): void {
    if (code !== "bad_argument") return this.toast(code === "too_long" ? "error.too_long" : "error.other", { message });
    this.toast(wanted === "missing" ? "error.argument_missing" : "error.argument", { name: argument.replace(/_/g, " ") });
  }

  #fail(frame: ErrorFrame): void {
    if (frame.code === "signed_out") {
      this.#leave();
    } else if (frame.code === "too_fast" || frame.code === "unavailable") {
      if (frame.code === "too_fast") this.toast("error.too_fast");
      this.#link.retreat();
    } else if (frame.code === "not_allowed" && !frame.id) {
      // The chat that was open went to another team: nothing of it stays on the page.
      this.dismiss();
      this.toast("error.other_team");
    } else {
      this.#settle(frame.id ?? "");
      this.#mark(frame.id ?? "", { state: "refused", reason: frame.code });
      this.refreshing.value = false;
      this.#explain(frame);
    }
  }
}
