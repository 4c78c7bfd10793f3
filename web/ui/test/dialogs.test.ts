import assert from "node:assert/strict";
import test from "node:test";
import { comesFrom, found, label, target } from "../src/dialogs/find";
import { CARD, layout } from "../src/dialogs/layout";
import { fitted, zoomed } from "../src/dialogs/viewport";
import type { Dialog, Dialogs, Step, Why } from "../src/shared/protocol";

function dialog(ways: Readonly<Record<string, readonly (readonly [string, Why])[]>>, start = Object.keys(ways)[0] ?? ""): Dialog {
  const steps = Object.entries(ways).map(([name, each]): Step => ({ name, verb: "say", texts: {}, options: [], ways: each.map(([to, why]) => ({ to, why })) }));
  return { name: "d", title: "", start, steps };
}

const column = (picture: ReturnType<typeof layout>, name: string): number => picture.boxes.find((box) => box.name === name)?.x ?? -1;

test("every way on leads to the right, except those that lead back", () => {
  const picture = layout(dialog({ a: [["b", "go"], ["c", "option"]], b: [["c", "go"]], c: [["d", "go"]], d: [["a", "option"]] }));
  assert.ok(column(picture, "a") < column(picture, "b"));
  assert.ok(column(picture, "b") < column(picture, "c"));
  assert.ok(column(picture, "c") < column(picture, "d"));
  assert.equal(column(picture, "a"), 0);
});

test("no two cards overlap, whatever the tree", () => {
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
  for (let round = 0; round < 40; round += 1) {
    const count = 2 + random(40);
    const why: readonly Why[] = ["go", "option", "route", "failed", "silence"];
    const ways = Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `s${index}`,
        Array.from({ length: random(5) }, () => [random(9) ? `s${random(count)}` : `other/x${random(3)}`, why[random(5)] ?? "go"] as const),
      ]),
    );
    const picture = layout(dialog(ways, "s0"));
    assert.equal(new Set(picture.boxes.map((box) => box.name)).size, picture.boxes.length);
    for (const [index, one] of picture.boxes.entries()) {
      assert.ok(Number.isFinite(one.x) && one.y >= -0.01 && one.y + CARD.height <= picture.height + 0.01);
      for (const two of picture.boxes.slice(index + 1)) {
        assert.ok(Math.abs(one.x - two.x) >= CARD.width || Math.abs(one.y - two.y) >= CARD.height - 0.01, `${one.name} ${two.name}`);
      }
    }
    for (const line of picture.lines) assert.match(line.path, /^M[-\d. CH]+$/);
  }
});

test("a step of another dialog is a card of its own, and a fallback is marked", () => {
  const picture = layout(dialog({ a: [["x/y", "needs"]] }));
  assert.deepEqual(picture.boxes.map((box) => [box.name, box.foreign]), [["a", false], ["x/y", true]]);
  assert.deepEqual(picture.lines.map((line) => line.fallback), [true]);
});

test("a search finds words of any language, a label falls back to the source", () => {
  const step: Step = { name: "menu", verb: "choose", texts: { de: "Womit kann ich helfen?", uk: "Чим допомогти?" }, options: [{ name: "bill", labels: { en: "My bill" } }], ways: [] };
  const all: Dialogs = { title: "", languages: [], source: "de", problems: [], loaded_at: "", version: "", dialogs: [{ name: "d", title: "", start: "menu", steps: [step] }] };
  for (const query of ["MENU", "допомогти", "helfen womit", "my BILL"]) assert.deepEqual(found(all, query), [{ dialog: "d", step: "menu" }]);
  assert.deepEqual(found(all, "helfen outage"), []);
  assert.deepEqual(found(all, "  "), []);
  assert.equal(label(step.texts, "ru", "de"), "Womit kann ich helfen?");
  assert.deepEqual(target("x/y", "d"), { dialog: "x", step: "y" });
  assert.deepEqual(target("y", "d"), { dialog: "d", step: "y" });
});

test("a step knows where one comes from", () => {
  assert.deepEqual(comesFrom(dialog({ a: [["c", "go"]], b: [["d/c", "option"]], c: [] }), "c"), ["a", "b"]);
});

test("zooming keeps the point under the pointer, and all fits into the frame", () => {
  const before = { x: 10, y: 20, scale: 1 };
  const after = zoomed(before, 1.5, 200, 100);
  assert.ok(Math.abs((200 - before.x) / before.scale - (200 - after.x) / after.scale) < 1e-9);
  const view = fitted({ width: 2000, height: 500 }, { clientWidth: 800, clientHeight: 600 });
  assert.ok(view.x >= 0 && view.x + 2000 * view.scale <= 800);
});
