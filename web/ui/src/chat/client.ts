/** The customer's side of a chat: session, socket, what is pending, and the signals that the view shows. */

import { batch, computed, signal } from "@preact/signals";
import type { ConnectionPhase } from "../shared/connection";
import { Link } from "../shared/link";
import { attempt, browserStore, newId, Outbox } from "../shared/outbox";
import type { Button, ChatCommand, ChatFrame, ErrorFrame, Phase, Place, Session } from "../shared/protocol";
import { EMPTY, hasGap, lines, openPrompt, receive, skip, unread, type Own } from "./log";

/** Milliseconds until a missing `ack` means that the connection is dead. */
const ACK_LIMIT = 10_000;
/** Dots end by themselves after this many milliseconds. */
const TYPING_ENDS = 6_000;
/** At most one `typing` frame in this many milliseconds. */
const TYPING_EVERY = 3_000;
/** At most one `seen` frame in this many milliseconds. */
const SEEN_EVERY = 1_000;

export const LONGEST_TEXT = 4_000;

export interface Typing {
  readonly who: "bot" | "operator";
  readonly name: string;
}

export class ChatClient {
  readonly log = signal(EMPTY);
  readonly own = signal<readonly Own[]>([]);
  readonly phase = signal<Phase>("with_bot");
  readonly operator = signal("");
  readonly place = signal<Place | undefined>(undefined);
  readonly working = signal(false);
  readonly typing = signal<Typing | undefined>(undefined);
  readonly connection = signal<ConnectionPhase>("idle");
  /** True once the chat was welcomed in this page: only then is a missing connection a lost one. */
  readonly welcomed = signal(false);
  readonly languages = signal<readonly string[]>([]);
  readonly title = signal("");
  readonly seen = signal(0);
  readonly lines = computed(() => lines(this.log.value, this.own.value));
  readonly openPrompt = computed(() => openPrompt(this.lines.value, this.phase.value === "parked"));
  readonly unread = computed(() => unread(this.log.value, this.seen.value));

  readonly #store = browserStore("localStorage");
  readonly #outbox: Outbox<ChatCommand>;
  readonly #link: Link<ChatFrame>;
  readonly #prefix: string;
  #token = "";
  #chat = "";
  #prepared = false;
  #resyncedAt = -1;
  #typingSentAt = 0;
  #typingEnd: ReturnType<typeof setTimeout> | undefined;
  #seenTimer: ReturnType<typeof setTimeout> | undefined;
  #ackTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly origin: string,
    private language: string,
    private readonly onLanguage: (language: string) => void,
  ) {
    this.#prefix = `lotse:${origin}:`;
    this.#token = this.#read("token");
    this.seen.value = Number(this.#read("seen")) || 0;
    this.#outbox = new Outbox<ChatCommand>(this.#store, `${this.#prefix}pending:`);
    this.own.value = this.#outbox.list().map((command) => ({ command, state: "sending", at: new Date().toISOString() }));
    this.#link = new Link<ChatFrame>({
      prepare: () => this.#prepare(),
      url: () => `${origin.replace(/^http/, "ws")}/webchat/socket`,
      hello: () => ({ type: "hello", token: this.#token, last_seq: this.log.value.lastSeq, language: this.language }),
      welcomes: (frame) => frame.type === "welcome",
      receive: (frame) => batch(() => this.#receive(frame)),
      ready: () => {
        this.#sendPending();
        this.#tellSeen();
      },
      changed: (phase) => (this.connection.value = phase),
    });
  }

  /** Somebody wrote here before: worth connecting before the panel is opened. */
  get returning(): boolean {
    return this.#token !== "";
  }

  start(): void {
    this.#link.start();
  }

  say(text: string): void {
    const words = text.trim();
    if (words && words.length <= LONGEST_TEXT) this.#submit({ type: "say", id: newId(), text: words });
  }

  press(button: Button, menu: string): void {
    this.#submit({ type: "press", id: newId(), payload: button.payload, label: button.label, menu });
  }

  choose(language: string): void {
    this.language = language;
    for (const command of this.#outbox.list()) if (command.type === "language") this.#forget(command.id);
    this.#submit({ type: "language", id: newId(), language });
  }

  /** Says a refused message again, as a new one. */
  again(id: string): void {
    const own = this.own.value.find((item) => item.command.id === id && item.state === "failed");
    if (!own) return;
    this.own.value = this.own.value.filter((item) => item !== own);
    this.#submit({ ...own.command, id: newId() });
  }

  /** Tells the other side that the customer writes; call it at every change of the text. */
  writing(on: boolean): void {
    const now = Date.now();
    if (on && now - this.#typingSentAt < TYPING_EVERY) return;
    if (!on && !this.#typingSentAt) return;
    this.#typingSentAt = on ? now : 0;
    this.#link.send({ type: "typing", on });
  }

  /** The end of the log is in view; in a tab that nobody looks at, that means nothing. */
  markSeen(): void {
    const newest = this.log.value.messages.at(-1)?.seq ?? 0;
    if (document.hidden || newest <= this.seen.value) return;
    this.seen.value = newest;
    this.#write("seen", String(newest));
    this.#seenTimer ??= setTimeout(() => this.#tellSeen(), SEEN_EVERY);
  }

  #tellSeen(): void {
    this.#seenTimer = undefined;
    if (this.seen.value) this.#link.send({ type: "seen", seq: this.seen.value });
  }

  #submit(command: ChatCommand): void {
    this.#outbox.add(command);
    this.own.value = [...this.own.value, { command, state: "sending", at: new Date().toISOString() }];
    this.#typingSentAt = 0;
    this.start();
    if (this.#link.send(command)) this.#watchAcks();
  }

  #sendPending(): void {
    for (const command of this.#outbox.list()) this.#link.send(command);
    this.#watchAcks();
  }

  #watchAcks(): void {
    if (this.#ackTimer !== undefined) return;
    const waiting = this.#outbox.list()[0]?.id;
    if (waiting === undefined) return;
    this.#ackTimer = setTimeout(() => {
      this.#ackTimer = undefined;
      if (this.#outbox.has(waiting)) this.#link.restart();
      else this.#watchAcks();
    }, ACK_LIMIT);
  }

  async #prepare(): Promise<boolean> {
    if (this.#prepared) return true;
    const answer = await fetch(`${this.origin}/webchat/session`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      credentials: "omit",
      body: JSON.stringify({ ...(this.#token ? { token: this.#token } : {}), language: this.language }),
    });
    if (!answer.ok) return false;
    const session = (await answer.json()) as Session;
    batch(() => {
      this.#token = session.token;
      this.#write("token", session.token);
      this.#enter(session.chat);
      this.languages.value = session.languages;
      this.title.value = session.title;
      this.#prepared = true;
      this.onLanguage(session.language);
    });
    return true;
  }

  /** Another chat than the one shown (the token was no longer good): nothing of the old one stays on the page. */
  #enter(chat: string): void {
    if (this.#chat && this.#chat !== chat) {
      this.log.value = EMPTY;
      this.seen.value = 0;
    }
    this.#chat = chat;
  }

  #receive(frame: ChatFrame): void {
    switch (frame.type) {
      case "welcome":
        this.#enter(frame.chat);
        // A chat that is shorter than what we hold was begun anew by the service.
        if (frame.seq < this.log.value.lastSeq) this.log.value = EMPTY;
        if (frame.seq < this.seen.value) this.seen.value = 0;
        this.welcomed.value = true;
        this.#enterPhase(frame);
        this.onLanguage(frame.language);
        return;
      case "message":
        this.log.value = receive(this.log.value, frame);
        if (frame.author !== "customer") this.#showTyping(undefined);
        else if (frame.client_id) this.#forget(frame.client_id);
        this.#resync();
        return;
      case "skip":
        this.log.value = skip(this.log.value, frame.seq);
        return;
      case "ack":
        this.#outbox.settle(frame.id);
        this.#mark(frame.id, "stored");
        return;
      case "phase":
        this.#enterPhase(frame);
        return;
      case "typing":
        this.#showTyping(frame.on ? { who: frame.who, name: frame.name ?? "" } : undefined);
        return;
      case "error":
        this.#fail(frame);
    }
  }

  #enterPhase(frame: { phase: Phase; operator?: string | null; place?: Place | null; working?: boolean }): void {
    this.phase.value = frame.phase;
    this.operator.value = frame.operator ?? "";
    this.place.value = frame.place ?? undefined;
    this.working.value = frame.working ?? false;
  }

  #showTyping(typing: Typing | undefined): void {
    clearTimeout(this.#typingEnd);
    this.typing.value = typing;
    if (typing) this.#typingEnd = setTimeout(() => (this.typing.value = undefined), TYPING_ENDS);
  }

  /** A number is missing: ask once for all after the last that we hold. */
  #resync(): void {
    const log = this.log.value;
    if (!hasGap(log) || this.#resyncedAt === log.lastSeq) return;
    this.#resyncedAt = log.lastSeq;
    this.#link.restart();
  }

  #fail(frame: ErrorFrame): void {
    if (frame.code === "bad_token") {
      this.#token = "";
      this.#prepared = false;
      attempt(() => this.#store?.removeItem(`${this.#prefix}token`));
      this.#link.restart();
    } else if (frame.code === "too_fast" || frame.code === "unavailable") {
      this.#link.retreat();
    } else if (frame.id) {
      this.#outbox.settle(frame.id);
      this.#mark(frame.id, "failed", frame.code);
    }
  }

  #mark(id: string, state: Own["state"], reason?: string): void {
    this.own.value = this.own.value.map((item) =>
      item.command.id === id ? { ...item, state, ...(reason ? { reason } : {}) } : item,
    );
  }

  #forget(id: string): void {
    this.#outbox.settle(id);
    this.own.value = this.own.value.filter((item) => item.command.id !== id);
  }

  #read(name: string): string {
    return attempt(() => this.#store?.getItem(this.#prefix + name)) ?? "";
  }

  #write(name: string, value: string): void {
    attempt(() => this.#store?.setItem(this.#prefix + name, value));
  }
}
