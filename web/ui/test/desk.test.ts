import assert from "node:assert/strict";
import test from "node:test";
import { counted, grouped, merged, replaced } from "../src/desk/cards";
import { mergedMessages, rights, unseenReplies, type Reply, type Thread } from "../src/desk/thread";
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
  const reply: Reply = { id: "r1", conversation: "a", text: "hi", at: "", state: "stored" };
  const panel = { channel: "", address: "", name: "", language: "", opened_at: "", reason: "", facts: [], path: [] };
  const thread: Thread = { card: card("a"), panel, messages: [message(1)], more: false };
  assert.deepEqual(unseenReplies([reply, { ...reply, id: "r2", conversation: "b" }], thread), [reply]);
  assert.deepEqual(unseenReplies([reply], { ...thread, messages: [message(1, { author: "operator", client_id: "r1" })] }), []);
});

test("only the holder answers, and only who waits can be claimed", () => {
  assert.deepEqual(rights(card("a"), "anna"), { claim: true, reply: false, holder: "" });
  assert.deepEqual(rights(live("a", "anna"), "anna"), { claim: false, reply: true, holder: "" });
  assert.deepEqual(rights(live("a", "boris"), "anna"), { claim: false, reply: false, holder: "boris" });
  assert.deepEqual(rights(card("a", { phase: "closed" }), "anna"), { claim: false, reply: false, holder: "" });
});
