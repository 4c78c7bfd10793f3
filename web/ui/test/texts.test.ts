import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { parse } from "yaml";
import { GROUP_NAMES, ORDERS } from "../src/desk/order";
import { TOOLS } from "../src/desk/tools";
import { firstSpoken, LANGUAGES } from "../src/shared/languages";
import { translator, type Tree } from "../src/shared/texts";

declare const ROOT: string;

const trees = new Map(LANGUAGES.map((code) => [code, parse(readFileSync(path.join(ROOT, `locales/${code}/pages.yaml`), "utf8")) as Tree]));

/** Path of every text, with its words; the forms of a plural count as one. */
function leaves(node: string | Tree, prefix = ""): [string, string][] {
  if (typeof node === "string") return [[prefix, node]];
  if ("other" in node && "one" in node) return [[prefix, Object.values(node).join(" ")]];
  return Object.entries(node).flatMap(([key, child]) => leaves(child, prefix ? `${prefix}.${key}` : key));
}

const placeholders = (words: string): string[] => [...new Set([...words.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ""))].sort();

test("all languages have the same texts with the same placeholders", () => {
  const english = new Map(leaves(trees.get("en") as Tree));
  for (const [code, tree] of trees) {
    const other = new Map(leaves(tree));
    assert.deepEqual([...other.keys()].sort(), [...english.keys()].sort(), code);
    for (const [key, words] of other) assert.deepEqual(placeholders(words), placeholders(english.get(key) ?? ""), `${code} ${key}`);
  }
});

test("every plural has the forms of its language", () => {
  const forms = (node: string | Tree, code: string, key: string): void => {
    if (typeof node === "string") return;
    if ("one" in node && "other" in node) {
      assert.deepEqual(Object.keys(node).sort(), [...new Intl.PluralRules(code).resolvedOptions().pluralCategories].sort(), `${code} ${key}`);
    } else for (const [name, child] of Object.entries(node)) forms(child, code, `${key}.${name}`);
  };
  for (const [code, tree] of trees) forms(tree, code, "");
});

test("every key that the sources name exists", () => {
  const sections: Readonly<Record<string, string>> = { chat: "widget", desk: "desk", dialogs: "pages", pages: "pages" };
  const known = leaves(trees.get("en") as Tree).map(([key]) => key);
  const missing: string[] = [];
  for (const file of files(path.join(ROOT, "web/ui/src"))) {
    const section = sections[path.relative(path.join(ROOT, "web/ui/src"), file).split(path.sep)[0] ?? ""];
    if (!section) continue;
    for (const [, key = ""] of readFileSync(file, "utf8").matchAll(/\bt\("([\w.]+)"/g)) {
      if (!known.includes(`${section}.${key}`)) missing.push(`${path.basename(file)}: ${key}`);
    }
  }
  assert.deepEqual(missing, []);
});

test("what the desk chooses between by name has its words", () => {
  const known = new Set(leaves(trees.get("en")?.["desk"] as Tree).map(([key]) => key));
  const all: Readonly<Record<string, readonly string[]>> = {
    "tools.*_hint": TOOLS.map((tool) => tool.box),
    "tools.*": TOOLS.map((tool) => tool.box).filter((box) => box !== "close" && box !== "hand_back"),
    "order.*": ORDERS,
    "*.title": GROUP_NAMES,
    "*.empty": ["mine", "queue", "asked"],
    "handle.*": ["under", "near", "over"],
    "presence.*": ["available", "busy", "away"],
    "mood.*": ["anger", "urgency"],
    "told.*": ["mention", "consult", "transfer", "assigned", "callback", "parked"],
    "refused.*": ["held_by_other", "held", "not_holder", "not_sent", "not_waiting", "closed", "slot_taken", "not_allowed", "full", "unknown"],
    "context.*": ["waiting", "failed", "late"],
    "upload.*": ["too_large", "empty", "kind", "lost", "signed_out", "too_fast"],
    "among.*": ["joined", "parted", "transferred", "consulted", "running", "run_done", "run_failed"],
    "outcomes.*": ["solved", "unsolved", "callback", "ticket", "unreachable"],
    "why.*": [
      ...["preferred", "only_one", "least_loaded", "longest_idle", "any_language", "any_skill"],
      ...["manual", "all_full", "kept_for", "others_first", "team_closed", "nobody_here", "nobody_speaks", "nobody_with_skill"],
    ],
  };
  const wanted = Object.entries(all).flatMap(([form, names]) => names.map((name) => form.replace("*", name)));
  assert.deepEqual(wanted.filter((key) => !known.has(key)), []);
});

test("plurals follow the rules of the language, numbers its writing", () => {
  const say = (code: string) => translator([{ language: code, tree: trees.get(code)?.["pages"] as Tree }]);
  assert.deepEqual([1, 2, 5, 21].map((count) => say("ru")("dialogs.steps", { count })), ["1 шаг", "2 шага", "5 шагов", "21 шаг"]);
  assert.equal(say("de")("dialogs.steps", { count: 1000 }), "1.000 Schritte");
});

test("a missing text falls back to English, an unknown key to itself, an unknown placeholder stays", () => {
  const t = translator([{ language: "de", tree: { a: "Ä {x}" } }, { language: "en", tree: { a: "A", b: { one: "one", other: "{count}" } } }]);
  assert.equal(t("a"), "Ä {x}");
  assert.equal(t("a", { x: "<b>" }), "Ä <b>");
  assert.equal(t("b", { count: 1 }), "one");
  assert.equal(t("c.d"), "c.d");
  assert.equal(t("constructor"), "constructor");
});

test("the first language that we speak is taken", () => {
  assert.equal(firstSpoken([undefined, null, "", "fr-FR", "de-AT", "en"]), "de");
  assert.equal(firstSpoken(["fr"]), undefined);
});

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const full = path.join(folder, name);
    return statSync(full).isDirectory() ? files(full) : [full];
  });
}
