import assert from "node:assert/strict";
import test from "node:test";
import { EMPTY, hasGap, lines, openPrompt, receive, skip, unread, type Log, type Own } from "../src/chat/log";
import type { Message } from "../src/shared/protocol";

function message(seq: number, more: Partial<Message> = {}): Message {
  return { seq, id: `m${seq}`, author: "bot", at: "2026-11-21T10:00:00Z", content: { kind: "text", text: `text ${seq}` }, ...more };
}

const prompt = (seq: number): Message => message(seq, { content: { kind: "prompt", text: "?", buttons: [{ payload: "a", label: "A" }] } });
const said = (seq: number, client: string): Message => message(seq, { author: "customer", client_id: client });
const all = (...messages: Message[]): Log => messages.reduce(receive, EMPTY);
const own = (id: string, state: Own["state"] = "sending"): Own => ({ command: { type: "say", id, text: id }, state, at: "2026-11-21T10:00:01Z" });

test("messages in any order, some of them twice, stand once and in order", () => {
  const log = all(message(2), message(1), message(3), message(2), message(1));
  assert.deepEqual(log.messages.map((one) => one.seq), [1, 2, 3]);
  assert.equal(log.lastSeq, 3);
  assert.equal(hasGap(log), false);
});

test("a gap keeps the number to ask from, until it is filled or skipped", () => {
  const gap = all(message(1), message(3));
  assert.equal(gap.lastSeq, 1);
  assert.equal(hasGap(gap), true);
  assert.equal(skip(gap, 2).lastSeq, 3);
  assert.equal(receive(gap, message(2)).lastSeq, 3);
  assert.equal(skip(skip(gap, 2), 2).lastSeq, 3);
});

test("a message skipped earlier does not come in again", () => {
  assert.deepEqual(receive(skip(EMPTY, 1), message(1)).messages, []);
});

test("every order of delivery gives the same log", () => {
  const messages = [1, 2, 3, 4].map((seq) => message(seq));
  const orders = messages.flatMap((a) => messages.flatMap((b) => messages.flatMap((c) => messages.map((d) => [a, b, c, d]))));
  for (const order of orders.filter((each) => new Set(each).size === 4)) {
    assert.deepEqual(all(...order).messages, messages);
    assert.equal(all(...order, ...order).lastSeq, 4);
  }
});

test("an edit replaces the words in place and counts as received", () => {
  const log = all(said(1, "c1"), message(2, { author: "customer", edits: "c1", content: { kind: "text", text: "better" } }));
  assert.deepEqual(log.messages.map((one) => one.content), [{ kind: "text", text: "better" }]);
  assert.equal(log.lastSeq, 2);
});

test("a pending message is shown until the service sends it back, under the same key", () => {
  const pending = lines(all(message(1)), [own("c1")]);
  assert.deepEqual(pending.map((line) => [line.key, line.state]), [["m1", undefined], ["c1", "sending"]]);
  const stored = lines(all(message(1), said(2, "c1")), [own("c1")]);
  assert.deepEqual(stored.map((line) => [line.key, line.state]), [["m1", undefined], ["c1", "stored"]]);
});

test("a line keeps the way to its file", () => {
  assert.deepEqual(lines(all(message(1, { href: "/files/t/a.pdf" }), message(2)), []).map((line) => line.href), ["/files/t/a.pdf", undefined]);
});

test("buttons are open until the customer answers, also while the answer is on its way", () => {
  assert.equal(openPrompt(lines(all(prompt(1), message(2)), [])), "m1");
  assert.equal(openPrompt(lines(all(prompt(1), prompt(2)), [])), "m2");
  assert.equal(openPrompt(lines(all(prompt(1)), [own("c1")])), undefined);
  assert.equal(openPrompt(lines(all(prompt(1), said(2, "c1")), [])), undefined);
  assert.equal(openPrompt(lines(all(prompt(1)), [own("c1", "failed")])), "m1");
});

test("what is offered to who waits stays open while they write on, until one of it is taken or somebody comes", () => {
  const offer = message(1, { content: { kind: "prompt", text: "?", buttons: [{ payload: "=bot", label: "To the bot" }] } });
  const words = (seq: number, text: string): Message => message(seq, { author: "customer", client_id: `c${seq}`, content: { kind: "text", text } });
  assert.equal(openPrompt(lines(all(offer, words(2, "it blinks")), [own("c3")]), true), "m1");
  assert.equal(openPrompt(lines(all(offer, words(2, "it blinks")), []), false), undefined);
  assert.equal(openPrompt(lines(all(offer, words(2, "To the bot")), []), true), undefined);
  assert.equal(openPrompt(lines(all(offer, words(2, "it blinks"), prompt(3)), []), true), "m3");
  assert.equal(openPrompt(lines(all(offer, prompt(2), words(3, "A")), []), true), undefined);
});

test("only messages of the other side are unread", () => {
  assert.equal(unread(all(message(1), said(2, "c"), message(3)), 1), 1);
});
