/** The desk's list of conversations: newest version of each, in the order in which they want attention. Pure. */

import type { Card } from "../shared/protocol";

export type Cards = ReadonlyMap<string, Card>;
/** How many of the customer's messages came since the operator last looked, by conversation. */
export type Unread = ReadonlyMap<string, number>;

export interface Groups {
  /** Parked: who has waited longest stands first. */
  readonly queue: readonly Card[];
  /** Held by this operator: who waits for an answer stands first. */
  readonly mine: readonly Card[];
  /** Held by colleagues, by their names. */
  readonly others: readonly Card[];
}

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

export function grouped(cards: Cards, operator: string): Groups {
  const all = [...cards.values()];
  const live = all.filter((card) => card.phase === "with_operator");
  return {
    queue: all.filter((card) => card.phase === "parked").sort(bySince),
    mine: live
      .filter((card) => card.operator === operator)
      .sort((a, b) => Number(b.unanswered) - Number(a.unanswered) || bySince(a, b)),
    others: live
      .filter((card) => card.operator !== operator)
      .sort((a, b) => a.operator_name.localeCompare(b.operator_name) || bySince(a, b)),
  };
}

function bySince(a: Card, b: Card): number {
  return Date.parse(a.since) - Date.parse(b.since) || (a.conversation < b.conversation ? -1 : 1);
}

/** One more where the customer wrote in a conversation that is not in view; none where it was answered. */
export function counted(unread: Unread, before: Card | undefined, now: Card, inView: boolean): Unread {
  const next = new Map(unread);
  if (inView || !now.unanswered || !listed(now)) next.delete(now.conversation);
  else if (!before?.unanswered || (now.preview && before.preview !== now.preview)) next.set(now.conversation, (next.get(now.conversation) ?? 0) + 1);
  return next;
}
