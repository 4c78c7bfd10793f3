import assert from "node:assert/strict";
import test from "node:test";
import { argument, asked } from "../src/desk/arguments";
import { parsePlace } from "../src/desk/place";
import { byDay } from "../src/desk/slots";
import { completed, matching, mentioned, queryAt } from "../src/desk/suggest";
import { fileSize, known, plain, reasonWords } from "../src/desk/words";

test("a slash at the start of a line looks up replies, in an answer only", () => {
  assert.deepEqual(queryAt("/", 1, false), { kind: "canned", word: "", start: 0, end: 1 });
  assert.deepEqual(queryAt("Hello\n/rou st", 13, false), { kind: "canned", word: "rou st", start: 6, end: 13 });
  for (const text of ["and/or", "see http://x.net", "a /b"]) assert.equal(queryAt(text, text.length, false), undefined, text);
  assert.equal(queryAt("/", 1, true), undefined);
});

test("an at sign looks up colleagues, in a note only", () => {
  assert.deepEqual(queryAt("please @Кат", 11, true), { kind: "mention", word: "Кат", start: 7, end: 11 });
  assert.deepEqual(queryAt("@Anna Le", 8, true)?.word, "Anna Le");
  assert.equal(queryAt("mail@example.net", 16, true), undefined);
  assert.equal(queryAt("@", 1, false), undefined);
});

test("what is chosen takes the place of the query, and the caret stands behind it", () => {
  const canned = queryAt("Hi\n/ro tail", 6, false);
  assert.ok(canned);
  assert.deepEqual(completed("Hi\n/ro tail", canned, "Restart it."), { text: "Hi\nRestart it. tail", caret: 14 });
  const mention = queryAt("ask @An", 7, true);
  assert.ok(mention);
  assert.deepEqual(completed("ask @An", mention, "Anna Lindt"), { text: "ask @Anna Lindt ", caret: 16 });
});

test("those whose name has the words stand before those whose text has them", () => {
  const items = [{ name: "Bill", text: "router" }, { name: "Router restart", text: "…" }, { name: "Other", text: "" }];
  assert.deepEqual(matching(items, "router", (item) => item.name, (item) => item.text).map((item) => item.name), ["Router restart", "Bill"]);
  assert.equal(matching(items, "", (item) => item.name).length, 3);
});

test("mentioned are those whose full name stands behind an at sign", () => {
  const people = [{ operator: "anna", name: "Anna Lindt" }, { operator: "boris", name: "Борис" }, { operator: "nameless", name: "" }];
  assert.deepEqual(mentioned("@anna lindt and @Борис, please", people), ["anna", "boris"]);
  assert.deepEqual(mentioned("anna@example.net, @Ann", people), []);
});

test("a place is read from coordinates and from links to maps", () => {
  const hamburg = { latitude: 53.5511, longitude: 9.9937 };
  for (const text of [
    "53.5511, 9.9937", "53.5511 9.9937", "geo:53.5511,9.9937", "https://www.openstreetmap.org/#map=16/53.5511/9.9937",
    "https://www.openstreetmap.org/?mlat=53.5511&mlon=9.9937#map=12/1.0/2.0", "https://maps.example/maps/@53.5511,9.9937,15z", "https://maps.example/?q=53.5511,9.9937",
  ]) assert.deepEqual(parsePlace(text), hamburg, text);
  for (const text of ["", "Hamburg", "99.1, 9.9", "53.5, 181", "1,2,3"]) assert.equal(parsePlace(text), undefined, text);
});

test("an action runs with all its arguments in their types, or not at all", () => {
  const wanted = [{ name: "contract", type: "str" }, { name: "months", type: "int" }, { name: "urgent", type: "bool" }, { name: "note", type: "str?" }];
  assert.deepEqual(asked(wanted, { contract: " 40 ", months: "3" }), { contract: "40", months: 3, urgent: false });
  assert.deepEqual(asked(wanted, { contract: "4", months: "3", urgent: "true", note: "x" }), { contract: "4", months: 3, urgent: true, note: "x" });
  assert.equal(asked(wanted, { contract: "4", months: "three" }), undefined);
  assert.equal(asked(wanted, { months: "3" }), undefined);
  assert.deepEqual([argument("float", "2,5"), argument("float", ""), argument("int", "2.5")], [2.5, undefined, undefined]);
});

test("free times stand under their days, in order", () => {
  const days = byDay(["2026-12-02T09:00:00Z", "2026-12-01T10:00:00Z", "2026-12-01T09:00:00Z"]);
  assert.deepEqual(days.map((one) => one.slots), [["2026-12-01T09:00:00Z", "2026-12-01T10:00:00Z"], ["2026-12-02T09:00:00Z"]]);
});

test("a name without words stays as it is, a reason without words says nothing", () => {
  const t = (key: string, params: Readonly<Record<string, string | number>> = {}): string =>
    ({ "why.nobody_speaks": `nobody speaks ${params["what"]}`, "why.kept_for": `kept for ${params["what"]}`, "channels.sms": "SMS" })[key] ?? key;
  assert.deepEqual([known(t, "channels", "sms"), known(t, "channels", "pigeon")], ["SMS", "pigeon"]);
  assert.deepEqual([...["nobody_speaks uk", "nobody_speaks !", "kept_for Anna Lindt", "new_rule 3", ""].map((why) => reasonWords(t, why, "de"))], ["nobody speaks Ukrainisch", "nobody speaks !", "kept for Anna Lindt", "", ""]);
  assert.deepEqual([plain("2026-11-29", "de"), plain("2026-11-29", "en"), plain("R-2026-11-29", "de")], ["29.11.2026", "29 Nov 2026", "R-2026-11-29"]);
  assert.deepEqual([plain(null), plain(true), plain({ a: 1 }), plain(3)], ["–", "✓", '{"a":1}', "3"]);
  assert.deepEqual([fileSize(20, "en"), fileSize(1_250_000, "de")], ["1 kB", "1,3 MB"]);
});
