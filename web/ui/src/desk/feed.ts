/** The desk's picture of all chats and people: a snapshot, then events. An old state with the events applied is the fresh one. Pure. */

import type { Bot, FeedFrame, Me, Seat } from "../shared/protocol";
import { merged, replaced, type Cards } from "./cards";

export type Seats = ReadonlyMap<string, Seat>;

export interface Feed {
  /** The last event that is in here; empty: nothing yet. */
  readonly event: string;
  readonly me: Me;
  readonly cards: Cards;
  /** Versions of conversations that left the list: a late older card must not bring them back. */
  readonly gone: ReadonlyMap<string, number>;
  readonly seats: Seats;
  readonly bot: Bot;
}

export const NOBODY: Me = { operator: "", name: "", role: "", teams: [], skills: [], languages: [], capacity: 0, status: "available" };
export const NO_BOT: Bot = { teams: [], languages: [], handle_time: {}, topics: [], outcomes: [], steps: [], actions: [] };
export const EMPTY: Feed = { event: "", me: NOBODY, cards: new Map(), gone: new Map(), seats: new Map(), bot: NO_BOT };

export function advanced(feed: Feed, frame: FeedFrame): Feed {
  const event = frame.event;
  switch (frame.type) {
    case "snapshot":
      return {
        event,
        me: frame.operator,
        cards: replaced(frame.cards),
        gone: new Map(),
        seats: new Map(frame.seats.filter((seat) => seat.present).map((seat) => [seat.operator, seat])),
        bot: frame.bot,
      };
    case "resumed":
      return feed;
    case "card":
      return { ...feed, event, ...merged(feed.cards, frame.card, feed.gone) };
    case "seat":
      return { ...feed, event, ...seated(feed, frame.seat) };
  }
}

/** Who leaves is no longer listed; what I chose elsewhere is my status here too. */
function seated(feed: Feed, seat: Seat): Pick<Feed, "seats" | "me"> {
  const seats = new Map(feed.seats);
  if (seat.present) seats.set(seat.operator, seat);
  else seats.delete(seat.operator);
  const mine = seat.operator === feed.me.operator;
  return { seats, me: mine ? { ...feed.me, status: seat.status, capacity: seat.capacity, teams: seat.teams } : feed.me };
}
