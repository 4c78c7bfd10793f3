import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { advanced, EMPTY, NO_BOT, NOBODY, type Feed } from "../src/desk/feed";
import type { Card, FeedFrame, Seat } from "../src/shared/protocol";

declare const ROOT: string;

type Part<T> = readonly Partial<T>[];
interface Table {
  readonly card: Card;
  readonly seat: Seat;
  readonly cases: readonly {
    readonly name: string;
    readonly cards: Part<Card>;
    readonly seats: Part<Seat>;
    readonly events: readonly ({ readonly type: "card"; readonly card: Partial<Card> } | { readonly type: "seat"; readonly seat: Partial<Seat> })[];
    readonly fresh: { readonly cards: Part<Card>; readonly seats: Part<Seat> };
  }[];
}

const table = JSON.parse(readFileSync(path.join(ROOT, "web/ui/test/feed.json"), "utf8")) as Table;
const me = { ...NOBODY, operator: "anna", name: "Anna" };

function snapshot(cards: Part<Card>, seats: Part<Seat>): FeedFrame {
  return {
    type: "snapshot", event: "e:0", operator: me, now: "2026-11-21T10:00:00Z", bot: NO_BOT,
    cards: cards.map((card) => ({ ...table.card, ...card })), seats: seats.map((seat) => ({ ...table.seat, ...seat })),
  };
}

function events(all: Table["cases"][number]["events"]): readonly FeedFrame[] {
  return all.map((one, index) => {
    const event = `e:${index + 1}`;
    return one.type === "card" ? { ...one, event, card: { ...table.card, ...one.card } } : { ...one, event, seat: { ...table.seat, ...one.seat } };
  });
}

/** What a page that begins now would hold. */
function visible(feed: Feed): { readonly cards: readonly Card[]; readonly seats: readonly Seat[] } {
  const by = <T>(key: (item: T) => string) => (a: T, b: T) => (key(a) < key(b) ? -1 : 1);
  return {
    cards: [...feed.cards.values()].sort(by((card) => card.conversation)),
    seats: [...feed.seats.values()].sort(by((seat) => seat.operator)),
  };
}

for (const { name, cards, seats, events: what, fresh } of table.cases) {
  test(`an old state and its events are the fresh state: ${name}`, () => {
    const frames = events(what);
    const old = frames.reduce(advanced, advanced(EMPTY, snapshot(cards, seats)));
    assert.deepEqual(visible(old), visible(advanced(EMPTY, snapshot(fresh.cards, fresh.seats))));
    assert.equal(old.event, frames.at(-1)?.event ?? "e:0");
  });

  test(`a feed that breaks off anywhere and goes on after its last event misses nothing: ${name}`, () => {
    const frames = events(what);
    for (let cut = 0; cut <= frames.length; cut += 1) {
      let feed: Feed = frames.slice(0, cut).reduce(advanced, advanced(EMPTY, snapshot(cards, seats)));
      feed = advanced(feed, { type: "resumed", event: feed.event, now: "" });
      feed = frames.slice(cut).reduce(advanced, feed);
      assert.deepEqual(visible(feed), visible(advanced(EMPTY, snapshot(fresh.cards, fresh.seats))), `cut at ${cut}`);
    }
  });
}

test("a snapshot replaces what the page had, and forgets who had left the list", () => {
  const before = advanced(advanced(EMPTY, snapshot([{ conversation: "a" }], [{}])), events([{ type: "card", card: { conversation: "a", version: 9, phase: "closed" } }])[0] as FeedFrame);
  assert.equal(before.gone.get("a"), 9);
  const after = advanced(before, snapshot([{ conversation: "b" }], []));
  assert.deepEqual([[...after.cards.keys()], after.gone.size, after.seats.size], [["b"], 0, 0]);
});

test("a status chosen in another window is mine here too", () => {
  const feed = advanced(advanced(EMPTY, snapshot([], [{}])), events([{ type: "seat", seat: { status: "away", load: 2 } }])[0] as FeedFrame);
  assert.equal(feed.me.status, "away");
});
