/** The clocks of a chat: how long a customer waits, and how long a colleague takes against what is usual. Pure. */

import type { Card } from "../shared/protocol";
import { waitsFrom } from "./order";

export type Pace = "under" | "near" | "over";

/** Part of the norm from which a chat is near it. */
const NEAR = 0.8;
/** Seconds of waiting after which a card asks for attention, and asks louder. */
export const LONG_WAIT = 180;
export const VERY_LONG_WAIT = 600;

export interface Clock {
  readonly seconds: number;
  readonly pace: Pace;
  /** Seconds; 0: there is no norm. */
  readonly norm: number;
}

export function norm(card: Card, times: Readonly<Record<string, number>>): number {
  return times[card.intent ?? ""] ?? times["default"] ?? 0;
}

/** Handle time, from when the operator got the chat. `now`: milliseconds, by the service's clock. */
export function handling(card: Card, times: Readonly<Record<string, number>>, now: number): Clock {
  const seconds = since(Date.parse(card.since), now);
  const usual = norm(card, times);
  const pace = !usual || seconds < usual * NEAR ? "under" : seconds <= usual ? "near" : "over";
  return { seconds, pace, norm: usual };
}

/** Waiting: for a person while parked; for an answer, from `asked`, in a live chat. */
export function waiting(card: Card, asked: number | undefined, now: number): Clock {
  const seconds = since(card.phase === "parked" ? waitsFrom(card) : (asked ?? Date.parse(card.since)), now);
  return { seconds, pace: seconds < LONG_WAIT ? "under" : seconds < VERY_LONG_WAIT ? "near" : "over", norm: 0 };
}

function since(from: number, now: number): number {
  return Math.max(0, Math.floor((now - from) / 1000));
}
