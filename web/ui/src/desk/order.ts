/** The lists in the order and choice that the operator wants. Pure. */

import type { Card } from "../shared/protocol";
import type { Cards } from "./cards";

export type Order = "longest" | "priority" | "newest";
export const ORDERS: readonly Order[] = ["longest", "priority", "newest"];

/** Empty strings and 0 choose nothing. `waiting`: at least so many seconds. */
export interface Filter {
  readonly text: string;
  readonly team: string;
  readonly language: string;
  readonly channel: string;
  readonly mood: string;
  readonly waiting: number;
}
export const ALL: Filter = { text: "", team: "", language: "", channel: "", mood: "", waiting: 0 };

export interface Groups {
  /** Where a colleague asked this operator in. */
  readonly asked: readonly Card[];
  /** Held by this operator: who waits for an answer stands first. */
  readonly mine: readonly Card[];
  /** Parked: in the chosen order. */
  readonly queue: readonly Card[];
  /** Held by colleagues, by their names. */
  readonly others: readonly Card[];
}
export type GroupName = keyof Groups;
export const GROUP_NAMES: readonly GroupName[] = ["asked", "mine", "queue", "others"];

/** Milliseconds since 1970 from which the customer waits for a person. */
export function waitsFrom(card: Card): number {
  return Date.parse(card.queued || card.since);
}

export function grouped(cards: Cards, operator: string, order: Order = "longest"): Groups {
  const all = [...cards.values()];
  const live = all.filter((card) => card.phase === "with_operator");
  const foreign = live.filter((card) => card.operator !== operator);
  const asked = (card: Card): boolean => card.consulted?.includes(operator) ?? false;
  return {
    asked: foreign.filter(asked).sort(bySince),
    mine: live
      .filter((card) => card.operator === operator)
      .sort((a, b) => Number(b.unanswered) - Number(a.unanswered) || bySince(a, b)),
    queue: all.filter((card) => card.phase === "parked").sort(compare(order)),
    others: foreign
      .filter((card) => !asked(card))
      .sort((a, b) => a.operator_name.localeCompare(b.operator_name) || bySince(a, b)),
  };
}

/** My own chats are never hidden by a choice: only by words that I search for. */
export function chosen(groups: Groups, filter: Filter, now: number): Groups {
  const fits = (card: Card): boolean => fitsText(card, filter.text) && fitsChoice(card, filter, now);
  const mine = (card: Card): boolean => fitsText(card, filter.text);
  return {
    asked: groups.asked.filter(mine),
    mine: groups.mine.filter(mine),
    queue: groups.queue.filter(fits),
    others: groups.others.filter(fits),
  };
}

/** How many of the choices are in force; the words are seen anyway. */
export function choices(filter: Filter): number {
  return [filter.team, filter.language, filter.channel, filter.mood, filter.waiting].filter(Boolean).length;
}

/** What occurs among the cards, to choose from. */
export function offered(cards: Cards, name: "team" | "language" | "channel" | "mood"): readonly string[] {
  return [...new Set([...cards.values()].map((card) => card[name] ?? ""))].filter(Boolean).sort();
}

function fitsChoice(card: Card, filter: Filter, now: number): boolean {
  return (
    (!filter.team || card.team === filter.team) &&
    (!filter.language || card.language === filter.language) &&
    (!filter.channel || card.channel === filter.channel) &&
    (!filter.mood || card.mood === filter.mood) &&
    (!filter.waiting || now - waitsFrom(card) >= filter.waiting * 1000)
  );
}

function fitsText(card: Card, text: string): boolean {
  const hay = `${card.name} ${card.preview} ${card.operator_name} ${card.intent ?? ""} ${card.team}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => hay.includes(word));
}

function compare(order: Order): (a: Card, b: Card) => number {
  if (order === "newest") return (a, b) => waitsFrom(b) - waitsFrom(a) || byId(a, b);
  const longest = (a: Card, b: Card): number => waitsFrom(a) - waitsFrom(b) || byId(a, b);
  return order === "priority" ? (a, b) => (b.priority ?? 0) - (a.priority ?? 0) || longest(a, b) : longest;
}

function bySince(a: Card, b: Card): number {
  return Date.parse(a.since) - Date.parse(b.since) || byId(a, b);
}

function byId(a: Card, b: Card): number {
  return a.conversation < b.conversation ? -1 : 1;
}
