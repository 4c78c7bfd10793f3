/** `/dialogs.json` of the stand-in: reads a bot folder just well enough to draw it. */

import { readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";

const LANGUAGES = ["de", "en", "ru", "uk"];
const VERBS = ["handover", "choose", "pick", "form", "ask", "do", "say", "route", "set"];

const words = (text) => (typeof text === "string" ? text : text?.text ? words(text.text) : (text?.other ?? ""));

export async function dialogs(folder) {
  const names = ["support", "identify_customer"];
  return {
    title: "Nordnetz", languages: LANGUAGES, source: "de", loaded_at: new Date().toISOString(), version: "3f2a9c01d4e5b678",
    dialogs: await Promise.all(names.map((name) => dialog(folder, name))),
    problems: [{ file: "locales/uk/support.yaml", line: 41, message: "Step `csat_why` has no text in uk.", todo: "Write `csat_why`, or take the step away." }],
  };
}

async function dialog(folder, name) {
  const source = parse(await readFile(path.join(folder, `dialogs/${name}.yaml`), "utf8"));
  const texts = {};
  for (const language of LANGUAGES) texts[language] = parse(await readFile(path.join(folder, `locales/${language}/${name}.yaml`), "utf8"))[language];
  const defaults = source.defaults ?? {};
  return {
    name, title: source.title, start: source.start,
    steps: Object.entries(source.steps).map(([step, body]) => ({
      name: step,
      verb: VERBS.find((verb) => verb in body) ?? "end",
      texts: Object.fromEntries(LANGUAGES.map((code) => [code, words(texts[code]?.[step])]).filter(([, text]) => text)),
      options: Object.entries(body.choose ?? {}).map(([option, go]) => ({
        name: option, go,
        labels: Object.fromEntries(LANGUAGES.map((code) => [code, texts[code]?.[step]?.options?.[option]]).filter(([, text]) => text)),
      })),
      ways: ways(body, defaults),
      ...(body.end ? { ends: body.end } : {}),
    })),
  };
}

function ways(body, defaults) {
  const asks = body.choose || body.ask || body.pick || body.form;
  const found = [
    ...Object.values(body.choose ?? {}).map((to) => ({ to, why: "option" })),
    ...(body.route ?? []).map(({ go }) => ({ to: go, why: "route" })),
    body.go && { to: body.go, why: "go" },
    body.needs && { to: `identify_customer/contract`, why: "needs" },
    body.do && { to: body.failed ?? defaults.failed, why: "failed" },
    asks && { to: body.misses?.go ?? defaults.misses?.go, why: "misses" },
    asks && { to: body.silence?.go ?? defaults.silence?.go, why: "silence" },
    body.busy && { to: body.busy.go, why: "busy" },
    body.cancelled && { to: body.cancelled, why: "cancelled" },
  ];
  return found.filter((way) => way?.to);
}
