import assert from "node:assert/strict";
import test from "node:test";
import { asking, counted, merged, replaced } from "../src/desk/cards";
import { handling, waiting } from "../src/desk/clocks";
import { ALL, chosen, choices, grouped } from "../src/desk/order";
import { CHUNK, chunked, mergedMessages, past, pastWith, rights, unseenReplies, type Reply, type Thread } from "../src/desk/thread";
import { range } from "../src/desk/windowed";
import { dated } from "../src/desk/words";
import type { Card, Message } from "../src/shared/protocol";

function card(conversation: string, more: Partial<Card> = {}): Card {
  return {
    conversation, chat: "c", channel: "webchat", name: "", language: "de", phase: "parked", team: "support", operator: "", operator_name: "",
    since: "2026-11-21T10:00:00Z", preview: "hello", unanswered: true, version: 1, ...more,
  };
}

const live = (conversation: string, operator: string, more: Partial<Card> = {}): Card =>
  card(conversation, { phase: "with_operator", operator, operator_name: operator, ...more });
const message = (seq: number, more: Partial<Message> = {}): Message => ({
  seq, id: `m${seq}`, author: "customer", at: "2026-11-21T10:00:00Z", content: { kind: "text", text: `${seq}` }, ...more,
});
const names = (cards: readonly Card[]): string[] => cards.map((each) => each.conversation);

test("who has waited longest stands first; mine: who waits for an answer; others by name", () => {
  const cards = replaced([
    card("q2", { since: "2026-11-21T10:05:00Z" }),
    card("q1", { since: "2026-11-21T10:01:00Z" }),
    live("m2", "anna", { unanswered: false, since: "2026-11-21T09:00:00Z" }),
    live("m1", "anna", { since: "2026-11-21T10:30:00Z" }),
    live("o2", "boris"),
    live("o1", "alex"),
  ]);
  const groups = grouped(cards, "anna");
  assert.deepEqual([names(groups.queue), names(groups.mine), names(groups.others)], [["q1", "q2"], ["m1", "m2"], ["o1", "o2"]]);
});

test("an older version changes nothing, also not one that comes after the conversation has left the list", () => {
  const none = new Map<string, number>();
  const first = merged(replaced([card("a", { version: 3 })]), card("a", { version: 2, preview: "old" }), none);
  assert.equal(first.cards.get("a")?.preview, "hello");
  const left = merged(first.cards, card("a", { version: 4, phase: "closed" }), first.gone);
  assert.equal(left.cards.size, 0);
  assert.equal(merged(left.cards, live("a", "anna", { version: 3 }), left.gone).cards.size, 0);
  assert.equal(merged(left.cards, card("a", { version: 5 }), left.gone).cards.size, 1);
});

test("every order of card frames ends in the same list", () => {
  const frames = [card("a", { version: 1 }), live("a", "anna", { version: 2 }), card("a", { version: 3, phase: "with_bot" })];
  for (const order of [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]) {
    let state: ReturnType<typeof merged> = { cards: new Map(), gone: new Map() };
    for (const index of order) state = merged(state.cards, frames[index] as Card, state.gone);
    assert.equal(state.cards.size, 0, String(order));
  }
});

test("unread counts new words of the customer, and ends when the chat is in view or answered", () => {
  let unread = counted(new Map(), undefined, live("a", "anna"), false);
  assert.equal(unread.get("a"), 1);
  unread = counted(unread, live("a", "anna"), live("a", "anna", { preview: "more" }), false);
  assert.equal(unread.get("a"), 2);
  assert.equal(counted(unread, live("a", "anna"), live("a", "anna"), false).get("a"), 2);
  assert.equal(counted(unread, live("a", "anna"), live("a", "anna"), true).get("a"), undefined);
  assert.equal(counted(unread, live("a", "anna"), live("a", "anna", { unanswered: false }), false).get("a"), undefined);
});

test("messages merge by number, and an edit replaces the words it belongs to", () => {
  const older = [message(1), message(2, { client_id: "c2" })];
  const newer = [message(2, { client_id: "c2" }), message(3), message(4, { edits: "c2", content: { kind: "text", text: "better" } })];
  const all = mergedMessages(older, newer);
  assert.deepEqual(all.map((one) => one.seq), [1, 2, 3]);
  assert.deepEqual(all[1]?.content, { kind: "text", text: "better" });
});

test("a reply is shown on its way until the history has it", () => {
  const reply: Reply = { command: { type: "reply", id: "r1", conversation: "a", text: "hi" }, at: "", state: "stored" };
  const foreign: Reply = { ...reply, command: { ...reply.command, id: "r2", conversation: "b" } };
  const panel = { channel: "", address: "", name: "", language: "", opened_at: "", reason: "", facts: [], path: [] };
  const thread: Thread = { card: card("a"), panel, messages: [message(1)], more: false, context: [], read: 0 };
  assert.deepEqual(unseenReplies([reply, foreign], thread), [reply]);
  assert.deepEqual(unseenReplies([reply], { ...thread, messages: [message(1, { author: "operator", client_id: "r1" })] }), []);
});

test("only the holder answers, only who waits can be claimed, and everybody may leave a note while it lasts", () => {
  const none = { claim: false, reply: false, note: false, transfer: false, holder: "" };
  assert.deepEqual(rights(card("a"), "anna"), { ...none, claim: true, note: true, transfer: true });
  assert.deepEqual(rights(live("a", "anna"), "anna"), { ...none, reply: true, note: true, transfer: true });
  assert.deepEqual(rights(live("a", "boris"), "anna"), { ...none, note: true, holder: "boris" });
  assert.deepEqual(rights(card("a", { phase: "closed" }), "anna"), none);
});

test("the queue stands in the chosen order; where I was asked stands apart from colleagues' chats", () => {
  const cards = replaced([
    card("old", { queued: "2026-11-21T09:00:00Z", since: "2026-11-21T11:00:00Z" }),
    card("new", { queued: "2026-11-21T10:00:00Z" }),
    card("urgent", { queued: "2026-11-21T09:30:00Z", priority: 2 }),
    live("asked", "boris", { consulted: ["anna"] }),
    live("other", "boris", { consulted: ["clara"] }),
  ]);
  const queue = (order: "longest" | "priority" | "newest"): string[] => names(grouped(cards, "anna", order).queue);
  assert.deepEqual(queue("longest"), ["old", "urgent", "new"]);
  assert.deepEqual(queue("priority"), ["urgent", "old", "new"]);
  assert.deepEqual(queue("newest"), ["new", "urgent", "old"]);
  const { asked, others } = grouped(cards, "anna");
  assert.deepEqual([names(asked), names(others)], [["asked"], ["other"]]);
});

test("a filter chooses among who waits; my own chats go only by the words", () => {
  const now = Date.parse("2026-11-21T10:10:00Z");
  const groups = grouped(
    replaced([
      card("uk", { language: "uk", team: "billing", channel: "telegram", mood: "anger", name: "Ігор Бондаренко", queued: "2026-11-21T10:00:00Z" }),
      card("de", { queued: "2026-11-21T10:08:00Z" }),
      live("mine", "anna", { language: "en", name: "Igor" }),
    ]),
    "anna",
  );
  for (const filter of [{ language: "uk" }, { team: "billing" }, { channel: "telegram" }, { mood: "anger" }, { waiting: 300 }]) {
    const found = chosen(groups, { ...ALL, ...filter }, now);
    assert.deepEqual([names(found.queue), names(found.mine)], [["uk"], ["mine"]], JSON.stringify(filter));
  }
  assert.deepEqual(names(chosen(groups, { ...ALL, text: "бондаренко ігор" }, now).queue), ["uk"]);
  assert.deepEqual(names(chosen(groups, { ...ALL, text: "nobody" }, now).mine), []);
  assert.deepEqual([choices(ALL), choices({ ...ALL, text: "x", team: "billing", waiting: 60 })], [0, 2]);
});

test("handle time goes by the norm of what the chat is about, and calls late", () => {
  const times = { default: 90, order_status: 40 };
  const from = "2026-11-21T10:00:00Z";
  const after = (seconds: number, intent = ""): ReturnType<typeof handling> => handling(live("a", "anna", { since: from, intent }), times, Date.parse(from) + seconds * 1000);
  assert.deepEqual(after(30), { seconds: 30, pace: "under", norm: 90 });
  assert.deepEqual([after(72).pace, after(90).pace, after(91).pace], ["near", "near", "over"]);
  assert.deepEqual([after(33, "order_status").pace, after(41, "order_status").pace], ["near", "over"]);
  assert.equal(handling(live("a", "anna", { since: from }), {}, Date.parse(from) + 9e6).pace, "under");
});

test("waiting counts from the queue for a person, and from the question for an answer", () => {
  const at = Date.parse("2026-11-21T10:20:00Z");
  assert.deepEqual(waiting(card("a", { queued: "2026-11-21T10:00:00Z", since: "2026-11-21T10:19:00Z" }), undefined, at).seconds, 1200);
  assert.deepEqual(waiting(live("a", "anna"), at - 5_000, at).seconds, 5);
  assert.equal(waiting(live("a", "anna", { since: "2026-11-21T10:21:00Z" }), undefined, at).seconds, 0);
});

test("the time of the first unanswered question stays until it is answered", () => {
  const quiet = live("a", "anna", { unanswered: false });
  const first = asking(new Map(), quiet, live("a", "anna"), 100);
  assert.equal(first.get("a"), 100);
  const second = asking(first, live("a", "anna"), live("a", "anna", { preview: "more" }), 200);
  assert.equal(second.get("a"), 100);
  assert.equal(asking(second, live("a", "anna"), quiet, 300).has("a"), false);
  assert.equal(asking(new Map(), undefined, live("a", "anna"), 100).has("a"), false);
});

test("of a long list only what is near is drawn", () => {
  assert.deepEqual(range(200, 80, 0, 800), { from: 0, to: 16 });
  assert.deepEqual(range(200, 80, 8000, 800), { from: 94, to: 116 });
  assert.deepEqual(range(200, 80, -5000, 800), { from: 0, to: 0 });
  assert.deepEqual(range(3, 80, -200, 800), { from: 0, to: 3 });
  assert.deepEqual(range(200, 80, 90_000, 800), { from: 0, to: 0 });
});

test("a new message makes one chunk anew, an earlier page only the first", () => {
  const all = Array.from({ length: 5_000 }, (_, index) => message(index + 1));
  const before = chunked(all.slice(CHUNK * 3 - 1, 4_900), []);
  const newer = chunked(all.slice(CHUNK * 3 - 1, 4_901), before);
  assert.deepEqual(newer.map((chunk, index) => chunk === before[index]).filter((same) => !same).length, 1);
  assert.notEqual(newer.at(-1), before.at(-1));
  const older = chunked(all.slice(0, 4_901), newer);
  const fresh = older.filter((chunk) => !newer.includes(chunk));
  assert.equal(fresh.length, 4);
  assert.deepEqual(older.flatMap((chunk) => chunk.messages), all.slice(0, 4_901));
});

test("an earlier conversation shows its own words only, however its chat went on", () => {
  const one = { conversation: "old", channel: "sms", opened_at: "2026-11-01T10:00:00Z", closed_at: "2026-11-01T10:30:00Z", outcome: "", topic: "", operator: "", preview: "" };
  const at = (seq: number, when: string): Message => message(seq, { at: when });
  const later = pastWith(past(one), { messages: [at(8, "2026-11-02T09:00:00Z"), at(9, "2026-11-03T09:00:00Z")], more: true });
  assert.deepEqual([later.messages, later.more], [[], true]);
  const own = pastWith(later, { messages: [at(4, "2026-10-01T09:00:00Z"), at(5, "2026-11-01T10:00:00Z"), at(6, "2026-11-01T10:30:01Z"), at(7, "2026-11-02T08:00:00Z")], more: true });
  assert.deepEqual([own.messages?.map((each) => each.seq), own.more], [[5, 6], false]);
});

test("a moment among words is written as people write it, in their language", () => {
  const said = dated("begin: 2026-03-02T14:00:00+00:00; phone: +49", "de");
  assert.match(said, /^begin: 02\.03\.2026, \d\d:00; phone: \+49$/);
  assert.equal(dated("A-2026-03 at 14:00", "en"), "A-2026-03 at 14:00");
});
