import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { parse } from "yaml";
import { inFull, inShort, weighed } from "../src/desk/meaning";
import type { Meaning, Message } from "../src/shared/protocol";
import { type Tree, translator } from "../src/shared/texts";

declare const ROOT: string;

const english = (parse(readFileSync(path.join(ROOT, "locales/en/pages.yaml"), "utf8")) as { readonly desk: Tree }).desk;
const message = (more: Partial<Message> = {}): Message => ({
  seq: 1, id: "m1", author: "customer", at: "2026-11-21T10:00:00Z", content: { kind: "text", text: "hello" }, ...more,
});

test("why the bot did something with a customer's words is told in short and in full", () => {
  const meaning: Meaning = {
    did: "accepted",
    intent: "outage",
    language: "uk",
    intents: [{ name: "outage", score: 0.996 }, { name: "bill", score: 0.004 }],
    by: { layer: "local+multilingual", passed: [{ layer: "rasa", why: "slow" }, { layer: "new", why: "odd" }], read_as: "привіт" },
    lifted: ["bill"],
    spoken: "de",
    accept: 0.75,
    offer: 0.4,
  };
  const t = translator([{ language: "en", tree: english }]);
  const title = (name: string): string => ({ outage: "Outage", bill: "Bill" })[name] ?? name;
  assert.equal(inShort(t, meaning, title), "The bot understood: Outage (99 %)");
  assert.equal(inShort(t, { ...meaning, did: "missed" }, title), "The bot did not understand this");
  assert.deepEqual(inFull(t, meaning, title, (code) => code.toUpperCase()), [
    "Guesses: Outage 99 %, Bill 0 %",
    "Counts 10 points more, as the question offers it: Bill",
    "In DE the bot acts from 75 % on and asks back from 40 % on",
    "Read as: привіт",
    "Written in UK",
    "Understood by: local+multilingual",
    "Without rasa: too slow",
    "Without new: odd",
  ]);
  assert.deepEqual(inFull(t, { did: "missed", by: {}, spoken: "de", accept: 0.75, offer: 0.4 }, title, (code) => code), [
    "No guess at all",
    "In de the bot acts from 75 % on and asks back from 40 % on",
  ]);
});

test("words that no layer was asked about have nothing to tell, nor has anybody else's message", () => {
  assert.equal(weighed(message({ meaning: { did: "answered" } })), undefined);
  assert.equal(weighed(message()), undefined);
  assert.equal(weighed(message({ author: "bot", meaning: { did: "missed", by: {} } })), undefined);
  assert.deepEqual(weighed(message({ meaning: { did: "missed", by: {} } })), { did: "missed", by: {} });
});
