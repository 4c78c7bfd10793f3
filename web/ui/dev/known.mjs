/** What the made-up service knows about a customer, and what was said before. */

import { randomUUID } from "node:crypto";

const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString();
const DAY = 86_400;

export function panelOf(card, reason, rich) {
  const here = { chat: card.chat, channel: card.channel, address: "+49 40 555 0199", language: card.language };
  const more = [{ chat: `${card.chat}-web`, channel: "webchat", address: "", language: card.language }, { chat: `${card.chat}-mail`, channel: "email", address: "kunde.mit.sehr.langer.adresse@beispielsweise.example", language: "de" }];
  return {
    channel: card.channel, address: "+49 40 555 0199", name: card.name, language: card.language, opened_at: ago(1000), reason,
    facts: [
      { name: "contract", value: "N-4471902" }, { name: "customer", value: { name: card.name, line: "HH-0231", contract: "N-4471902" } }, { name: "address", value: ["20095 Hamburg", "Deichstr. 9"] },
      { name: "router_restarted", value: true },
    ],
    path: ["greeting", "menu", "outage", "identify_customer/contract", "identify_customer/found", "outage_none", "human", "handover"],
    intent: card.intent ? { name: card.intent, title: { outage: "Störung", billing: "Rechnung", order_status: "Auftrag" }[card.intent] ?? card.intent, score: 0.87, text: rich ? "geht das Internet nicht mehr" : reason } : null,
    mood: card.mood ? { kind: card.mood, words: card.mood === "anger" ? ["издевательство", "!!!"] : ["dringend"] } : null,
    actions: rich ? [{ name: "find_customer", state: "done", result: { line: "HH-0231" } }, { name: "check_line", state: "failed", result: "timed out after 5 s" }] : [],
    summary: rich ? ["Der Kunde meldet eine Störung seit heute morgen.", "Vertrag N-4471902 wurde gefunden; die Leitung HH-0231 zeigt keinen Fehler.", "Der Neustart des Routers half nicht."] : [],
    callback: rich && card.priority ? { begin: ago(-5_400), phone: "+49 40 555 0199", topic: "Leitung prüfen" } : null,
    customer: { id: `customer-${card.chat}`, identities: rich ? [here, ...more] : [here] },
    earlier: rich
      ? [
          { conversation: `${card.conversation}-2`, channel: "whatsapp", opened_at: ago(12 * DAY), closed_at: ago(12 * DAY - 900), outcome: "solved", topic: "Rechnung", operator: "boris", preview: "Meine Rechnung" },
          { conversation: `${card.conversation}-1`, channel: "webchat", opened_at: ago(190 * DAY), closed_at: ago(190 * DAY - 60), outcome: "abandoned", topic: "", operator: "", preview: "Wo finde ich die Anleitung für den neuen Router, den Sie mir geschickt haben?" },
        ]
      : [],
  };
}

/** The parts one after the other: asked, the first is there, all but one. */
export function contextOf() {
  const orders = { provider: "orders", title: "Aufträge", state: "ready", rows: [["A-12345", "versandt, Ankunft morgen"], ["A-11870", "abgeschlossen"]], error: "", at: new Date().toISOString() };
  const faults = { provider: "faults", title: "Störungen", state: "ready", rows: [["F-1001", "Deichstraße, bis 18:00 Uhr"]], error: "", at: new Date().toISOString() };
  const bills = { provider: "bills", title: "Rechnungen", state: "failed", rows: [], error: "billing.example: no answer within 3 s", at: null };
  const asked = (item) => ({ ...item, state: "waiting", rows: [], error: "" });
  return [
    [asked(orders), asked(faults), asked(bills)],
    [orders, asked(faults), asked(bills)],
    [orders, faults, bills],
  ];
}

export function slotsOf() {
  const slots = [];
  for (let day = 0; day < 6; day += 1) {
    for (let half = 0; half < (day % 3 === 2 ? 3 : 16); half += 1) {
      const at = new Date(Date.now() + day * DAY * 1000);
      at.setHours(9 + Math.floor(half / 2), (half % 2) * 30, 0, 0);
      if (at > new Date()) slots.push(at.toISOString());
    }
  }
  return slots;
}

export function filled(text, card, me) {
  return text.replace("{name}", card.name || "").replace("{me}", me).replace("{day}", "Freitag");
}

export function history(room, reason, length) {
  const add = (author, content, age, more = {}) => room.messages.push({ seq: room.messages.length + 1, id: randomUUID(), author, at: ago(age), content, ...more });
  const old = length - 8;
  for (let index = 0; index < old; index += 1) {
    const long = index % 7 === 3 ? " Und dazu noch eine längere Erklärung, die über mehrere Zeilen geht, damit die Höhen verschieden sind.".repeat(1 + (index % 3)) : "";
    add(index % 2 ? "bot" : "customer", { kind: "text", text: `${index % 2 ? "Antwort" : "Frage"} von gestern, Nummer ${index + 1}${long}` }, 90_000 + (old - index) * 60);
  }
  add("customer", { kind: "text", text: reason }, 900, { meaning: meant(room.card.intent || "order_status") });
  add("bot", { kind: "prompt", text: "Womit kann ich helfen?", buttons: [{ payload: "a", label: "Störung" }, { payload: "b", label: "Rechnung" }, { payload: "c", label: "Mitarbeiter" }] }, 890);
  add("customer", { kind: "text", text: "Störung" }, 880);
  add("bot", { kind: "prompt", text: "Ihre Leitung ist in Ordnung. Bitte starten Sie den Router neu (siehe Bild).", attach: { kind: "media", type: "photo", ref: "media/router-restart.jpg" } }, 870);
  add("customer", { kind: "media", type: "photo", ref: "abc", mime: "image/png", caption: "So sieht es hier aus <b>!</b>" }, 860);
  add("customer", { kind: "media", type: "file", ref: "def", name: "protokoll.pdf", mime: "application/pdf", size: 48123 }, 850);
  add("system", { kind: "text", text: "parked" }, 800, { origin: "parked" });
  if (room.card.operator) add("system", { kind: "text", text: "claimed" }, 700, { origin: "claimed", name: room.card.operator_name });
}

/** What the language layers made of the first words: they did not dare to act on it. */
const meant = (intent) => ({
  did: "offered", intent, language: "de", language_score: 0.98, spoken: "de", accept: 0.75, offer: 0.4, margin: 0.15, lifted: [intent],
  intents: [{ name: intent, score: 0.62 }, { name: "change_tariff", score: 0.13 }],
  by: { layer: "local+multilingual", model: "3f2a9c01", passed: [{ layer: "rasa", why: "slow" }], milliseconds: 2.1 },
});

/** The same words in every place where somebody's words can stand. */
export function hostile(room, words) {
  const add = (author, content, more = {}) => room.messages.push({ seq: room.messages.length + 1, id: randomUUID(), author, at: ago(10), content, ...more });
  add("customer", { kind: "media", type: "file", ref: words, name: words, mime: words, size: 1, caption: words });
  add("customer", { kind: "media", type: "photo", ref: words, name: words, mime: "image/png", caption: words });
  add("customer", { kind: "contact", phone: words, name: words });
  add("bot", { kind: "prompt", text: words, buttons: [{ payload: words, label: words }], attach: { kind: "media", type: "file", ref: words, name: words } });
  add("operator", { kind: "text", text: words }, { name: words });
  add("system", { kind: "note", text: words, mentions: [words], to: words }, { name: words, origin: "transferred" });
  add("system", { kind: "text", text: words }, { name: words, origin: words });
  add("customer", { kind: "unsupported", what: words });
  add("customer", { kind: "text", text: words });
  const parts = { name: words, address: words, reason: words, facts: [{ name: words, value: { [words]: words } }], path: [words], mood: { kind: words, words: [words] } };
  const more = { summary: [words], actions: [{ name: words, state: words, result: words }], intent: { name: words, title: words, score: 1, text: words.slice(1) } };
  room.panel = { ...room.panel, ...parts, ...more, callback: { begin: ago(0), phone: words, topic: words }, earlier: [{ conversation: words, channel: words, opened_at: ago(9), closed_at: null, outcome: words, topic: words, operator: words, preview: words }] };
  room.context = [{ provider: words, title: words, state: "ready", rows: [[words, words]], error: words, at: ago(0) }];
}
