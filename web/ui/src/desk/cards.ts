/** The desk's conversations: the newest version of each, and what of them is unread. Pure. */

import type { Card } from "../shared/protocol";

export type Cards = ReadonlyMap<string, Card>;
/** How many of the customer's messages came since the operator last looked, by conversation. */
export type Unread = ReadonlyMap<string, number>;

export function replaced(cards: readonly Card[]): Cards {
  return new Map(cards.map((card) => [card.conversation, card]));
}

/** Keeps the higher version; a conversation that is neither parked nor live leaves the list.
 *  A card without a preview brings no new words of the customer: the ones we know stay. */
export function merged(cards: Cards, card: Card, gone: ReadonlyMap<string, number>): { cards: Cards; gone: ReadonlyMap<string, number> } {
  const known = cards.get(card.conversation)?.version ?? gone.get(card.conversation) ?? -1;
  if (card.version < known) return { cards, gone };
  const next = new Map(cards);
  const left = new Map(gone);
  if (listed(card)) {
    next.set(card.conversation, card.preview ? card : { ...card, preview: cards.get(card.conversation)?.preview ?? "" });
    left.delete(card.conversation);
  } else {
    // Its version is remembered: a late older card must not bring it back.
    next.delete(card.conversation);
    left.set(card.conversation, card.version);
  }
  return { cards: next, gone: left };
}

export function listed(card: Card): boolean {
  return card.phase === "parked" || card.phase === "with_operator";
}

/** One more where the customer wrote in a conversation that is not in view; none where it was answered. */
export function counted(unread: Unread, before: Card | undefined, now: Card, inView: boolean): Unread {
  const next = new Map(unread);
  if (inView || !now.unanswered || !listed(now)) next.delete(now.conversation);
  else if (!before?.unanswered || (now.preview && before.preview !== now.preview)) next.set(now.conversation, (next.get(now.conversation) ?? 0) + 1);
  return next;
}

/** Since when a customer waits for an answer, in milliseconds, as far as this page saw it. */
export type Asked = ReadonlyMap<string, number>;

/** `asked` after a card changed at `now`. What waited before the page began is counted from the card's own time. */
export function asking(asked: Asked, before: Card | undefined, card: Card, now: number): Asked {
  if (!card.unanswered || card.phase !== "with_operator") {
    if (!asked.has(card.conversation)) return asked;
    const next = new Map(asked);
    next.delete(card.conversation);
    return next;
  }
  if (asked.has(card.conversation) || !before || before.unanswered) return asked;
  return new Map(asked).set(card.conversation, now);
}
