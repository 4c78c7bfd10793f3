/** What operators said that the customer wanted: the last word counts, and only typed words can be labelled. */

import assert from "node:assert/strict";
import test from "node:test";
import { labelsOf, learnable } from "../src/desk/labels";
import type { Content, Message } from "../src/shared/protocol";

const at = "2026-11-28T10:00:00Z";

function note(seq: number, origin: string, intent: string, of?: string): Message {
  const content: Content = { kind: "example", text: "words", language: "en", intent, scores: {}, ...(of ? { of } : {}) };
  return { seq, id: `n${seq}`, author: "system", at, content, name: "Ada", origin };
}

test("the last word counts, and what was taken back is gone", () => {
  const said = [note(1, "labelled", "bill", "a"), note(2, "labelled_nothing", "", "a"), note(3, "labelled", "move", "b"), note(4, "label_undone", "", "b")];
  assert.deepEqual([...labelsOf(said)], [["a", { intent: "", name: "Ada" }]]);
});

test("what customers chose is no label", () => {
  assert.equal(labelsOf([note(1, "meant", "bill")]).size, 0);
});

test("only words that a customer typed can be learnt from", () => {
  const typed: Message = { seq: 1, id: "m", author: "customer", at, content: { kind: "text", text: "мій рахунок" } };
  assert.equal(learnable(typed), true);
  assert.equal(learnable({ ...typed, origin: "main/menu/bill" }), false);
  assert.equal(learnable({ ...typed, author: "operator" }), false);
  assert.equal(learnable({ ...typed, content: { kind: "text", text: "12345 ?" } }), false);
  assert.equal(learnable({ ...typed, content: { kind: "location", latitude: 1, longitude: 2 } }), false);
});
