/** What the service says becomes what the desk shows. Commands and the life of the socket are the client's. */

import type { Card, DeskFrame, FeedFrame } from "../shared/protocol";
import { asking, counted, type Unread } from "./cards";
import { advanced } from "./feed";
import type { DeskState } from "./state";
import { mergedMessages, pastWith, type Thread } from "./thread";

const TYPING_ENDS = 6_000;

/** Frames that answer a command or end the socket. */
export type Answering = Extract<DeskFrame, { type: "done" | "refused" | "error" }>;
type Shown = Exclude<DeskFrame, Answering | FeedFrame>;

export class Receiver {
  #typingEnd: ReturnType<typeof setTimeout> | undefined;

  /** `ask`: sends a frame without effect. */
  constructor(
    private readonly desk: DeskState,
    private readonly ask: (frame: object) => void,
  ) {}

  feed(frame: FeedFrame): void {
    const { desk } = this;
    const before = desk.cards.value;
    if (frame.type === "snapshot" || frame.type === "resumed") {
      desk.clockAhead.value = Date.parse(frame.now) - Date.now();
      desk.tick.value = desk.slow.value = desk.now();
    }
    desk.feed.value = advanced(desk.feed.value, frame);
    if (frame.type === "snapshot") this.#recount(before);
    if (frame.type === "card") this.#changed(frame.card, before.get(frame.card.conversation), before);
  }

  show(frame: Shown): void {
    const { desk } = this;
    switch (frame.type) {
      case "conversation":
        if (frame.card.conversation === desk.opened.value) this.#takeConversation(frame);
        return;
      case "messages":
        this.#takeOlder(frame);
        return;
      case "message":
        this.#change(frame.conversation, (thread) => ({ ...thread, messages: mergedMessages(thread.messages, [frame.message]) }));
        if (frame.message.author === "customer") this.showTyping(false);
        // What the bot ends is on nobody's list any more: no card says so.
        if (frame.message.author === "system" && frame.message.origin === "ended") {
          this.#change(frame.conversation, (thread) => (thread.card.phase === "with_bot" ? { ...thread, card: { ...thread.card, phase: "closed" } } : thread));
        }
        return;
      case "panel":
        this.#change(frame.conversation, (thread) => ({ ...thread, panel: frame.panel, card: frame.card ? kept(frame.card, thread.card) : thread.card }));
        return;
      case "context":
        this.#change(frame.conversation, (thread) => ({ ...thread, context: frame.items }));
        desk.refreshing.value = frame.items.some((item) => item.state === "waiting");
        return;
      case "read":
        this.#change(frame.conversation, (thread) => ({ ...thread, read: Math.max(thread.read, frame.seq) }));
        return;
      case "viewers":
        if (frame.conversation === desk.opened.value) desk.viewers.value = frame.operators.filter((one) => one.id !== desk.me.value.operator);
        return;
      case "typing":
        if (frame.conversation === desk.opened.value) this.showTyping(frame.on);
        return;
      case "slots":
        if (frame.conversation === desk.opened.value) desk.slots.value = { team: frame.team, slots: frame.slots };
        return;
      case "canned":
        if (frame.conversation === desk.opened.value) desk.canned.value = frame.replies;
        return;
      case "found":
        desk.found.value = { text: frame.text, customers: frame.customers };
        return;
      case "delivery":
        desk.delivery.value = new Map(desk.delivery.value).set(frame.message_id, frame);
        return;
      case "undelivered":
        this.#takeUndelivered(frame);
        return;
      case "told":
        desk.onTold(frame);
    }
  }

  showTyping(on: boolean): void {
    clearTimeout(this.#typingEnd);
    this.desk.customerTypes.value = on;
    if (on) this.#typingEnd = setTimeout(() => (this.desk.customerTypes.value = false), TYPING_ENDS);
  }

  #changed(card: Card, before: Card | undefined, cards: ReadonlyMap<string, Card>): void {
    const { desk } = this;
    if (desk.cards.value === cards) return;
    desk.unread.value = counted(desk.unread.value, before, card, this.#inView(card));
    desk.asked.value = asking(desk.asked.value, before, card, desk.now());
    if (card.phase === "parked" && before?.phase !== "parked") {
      desk.onTold({ kind: "parked", conversation: card.conversation, by: card.name, text: card.preview });
    }
    this.#change(card.conversation, (thread) => (card.version < thread.card.version ? thread : { ...thread, card: kept(card, thread.card) }));
  }

  #inView(card: Card): boolean {
    return card.conversation === this.desk.opened.value && !document.hidden;
  }

  #recount(before: ReadonlyMap<string, Card>): void {
    const { desk } = this;
    const cards = desk.cards.value;
    let unread: Unread = new Map([...desk.unread.value].filter(([conversation]) => cards.has(conversation)));
    let asked = new Map([...desk.asked.value].filter(([conversation]) => cards.has(conversation))) as typeof desk.asked.value;
    for (const card of cards.values()) {
      unread = counted(unread, before.get(card.conversation), card, this.#inView(card));
      asked = asking(asked, before.get(card.conversation), card, desk.now());
    }
    desk.unread.value = unread;
    desk.asked.value = asked;
    const current = cards.get(desk.opened.value);
    if (current) this.#change(current.conversation, (thread) => ({ ...thread, card: current }));
  }

  #takeConversation(frame: Extract<DeskFrame, { type: "conversation" }>): void {
    const { desk } = this;
    const before = desk.thread.value;
    const same = before?.card.conversation === frame.card.conversation ? before : undefined;
    const oldest = frame.messages[0]?.seq ?? 0;
    // Earlier messages that were loaded stay, unless there is a hole between them and the newest ones.
    const joined = same && same.messages.some((message) => message.seq >= oldest) ? same : undefined;
    const known = desk.card(frame.card.conversation);
    desk.thread.value = {
      card: known && known.version > frame.card.version ? known : frame.card,
      panel: frame.panel,
      context: same?.context ?? [],
      messages: mergedMessages(joined?.messages ?? [], frame.messages),
      more: joined ? joined.more : frame.more,
      read: same?.read ?? 0,
    };
    desk.loadingOlder.value = false;
  }

  #takeOlder(frame: Extract<DeskFrame, { type: "messages" }>): void {
    const { desk } = this;
    const earlier = desk.earlier.value;
    if (earlier?.conversation === frame.conversation) {
      desk.earlier.value = pastWith(earlier, frame);
      // The newest of its chat may all be of later ones.
      const first = frame.messages[0];
      if (desk.earlier.value.more && first && !desk.earlier.value.messages?.length) this.ask({ type: "older", conversation: frame.conversation, before: first.seq });
      return;
    }
    desk.loadingOlder.value = false;
    this.#change(frame.conversation, (thread) => ({ ...thread, messages: mergedMessages(frame.messages, thread.messages), more: frame.more }));
  }

  /** An open list is read anew when the number changed. */
  #takeUndelivered(frame: Extract<DeskFrame, { type: "undelivered" }>): void {
    const { desk } = this;
    desk.undelivered.value = frame.count;
    if (!desk.letters.value) return;
    if (frame.items) desk.letters.value = frame.items;
    else this.ask({ type: "undelivered" });
  }

  #change(conversation: string, to: (thread: Thread) => Thread): void {
    const thread = this.desk.thread.value;
    if (thread?.card.conversation === conversation) this.desk.thread.value = to(thread);
  }
}

/** A card without new words keeps those that are known. */
function kept(card: Card, known: Card): Card {
  return card.preview ? card : { ...card, preview: known.preview };
}
