/** The operators' side of the stand-in: a queue, a few chats, and every command. */

import { randomUUID } from "node:crypto";

const NAMES = ["Катерина Шевченко", "Jonas Lüttmann", "Elena Sorokina", "Mia O'Connor", "Бондаренко Ігор"];
const WORDS = [
  "Seit heute morgen geht das Internet nicht mehr, und der Router blinkt nur noch rot.",
  "Где мой заказ A-12345? Обещали ещё на прошлой неделе.",
  "I was billed twice in October.",
  "Переїжджаю першого числа, що робити з договором?",
  "Danke, das hat geholfen!",
];

const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString();

export class Desk {
  constructor() {
    this.rooms = new Map();
    this.clients = new Set();
    this.accepted = new Set();
    this.letters = new Map();
    [40, 250, 12].forEach((seconds) => this.park(seconds));
    this.park(600, "anna");
    this.park(900, "boris");
  }

  park(seconds = 0, operator = "") {
    const index = this.rooms.size % NAMES.length;
    const conversation = randomUUID();
    const card = {
      conversation, chat: `chat-${this.rooms.size}`, channel: ["webchat", "telegram", "whatsapp"][index % 3], name: NAMES[index],
      language: ["uk", "de", "ru", "en", "uk"][index], phase: operator ? "with_operator" : "parked", team: "support", operator,
      operator_name: operator && `${operator[0].toUpperCase()}${operator.slice(1)}`, since: ago(seconds), preview: WORDS[index].slice(0, 120),
      unanswered: true, version: 5,
    };
    const room = { card, messages: [], panel: panel(card, WORDS[index]) };
    this.rooms.set(conversation, room);
    history(room, WORDS[index]);
    this.tell({ type: "card", card });
    return card;
  }

  dump() {
    return [...this.rooms.values()];
  }

  tell(frame, conversation) {
    for (const client of this.clients) if (!conversation || client.opened === conversation) client.send(frame);
  }

  connect(ws, send, operator) {
    const client = { send, operator, opened: "" };
    this.clients.add(client);
    ws.on("close", () => this.clients.delete(client));
    ws.on("message", (data) => this.take(client, JSON.parse(data)));
    const cards = [...this.rooms.values()].map((room) => room.card).filter((card) => ["parked", "with_operator"].includes(card.phase));
    send({ type: "snapshot", operator, name: operator, cards, now: new Date().toISOString() });
    send({ type: "undelivered", count: this.letters.size });
  }

  take(client, frame) {
    if (frame.type === "undelivered") {
      client.send({ type: "undelivered", count: this.letters.size, items: [...this.letters.values()].reverse() });
      return;
    }
    const room = this.rooms.get(frame.conversation);
    if (!room) return;
    if (frame.type === "open") {
      client.opened = frame.conversation;
      client.send({ type: "conversation", card: room.card, messages: room.messages.slice(-100), panel: room.panel, more: room.messages.length > 100 });
    } else if (frame.type === "older") {
      const older = room.messages.filter((message) => message.seq < frame.before);
      client.send({ type: "messages", conversation: frame.conversation, messages: older.slice(-100), more: older.length > 100 });
    } else if (frame.type === "typing") {
      return;
    } else if (this.accepted.has(frame.id)) {
      client.send({ type: "done", id: frame.id });
    } else {
      const refusal = this.act(client, room, frame);
      if (!refusal) this.accepted.add(frame.id);
      client.send({ type: "done", id: frame.id });
      if (refusal) client.send({ type: "refused", id: frame.id, ...refusal });
    }
  }

  act(client, room, frame) {
    const { card } = room;
    if (frame.type === "resend" || frame.type === "settle") {
      const letter = this.letters.get(frame.message_id);
      this.letters.delete(frame.message_id);
      const state = frame.type === "resend" ? "pending" : letter?.state === "ambiguous" ? "sent" : "failed";
      this.deliver(card, frame.message_id, { state, decided: true });
      if (state === "pending") setTimeout(() => this.deliver(card, frame.message_id, { state: "sent" }), 300);
      return undefined;
    }
    if (frame.type === "claim") {
      if (card.phase === "with_operator") return { reason: "held_by_other", holder: card.operator_name };
      if (card.phase !== "parked") return { reason: "not_waiting" };
      this.set(room, { phase: "with_operator", operator: client.operator, operator_name: client.operator, since: new Date().toISOString() });
      this.post(room, "system", "claimed", { origin: "claimed", name: client.operator });
      return undefined;
    }
    if (card.operator !== client.operator) return { reason: card.phase === "closed" ? "closed" : "not_holder", holder: card.operator_name };
    if (frame.type === "reply") {
      const message = this.post(room, "operator", frame.text, { name: client.operator, client_id: frame.id });
      this.set(room, { unanswered: false });
      const state = /fail/.test(frame.text) ? "failed" : /unsure/.test(frame.text) ? "ambiguous" : "sent";
      setTimeout(() => this.undeliver(card, message, state), 200);
      setTimeout(() => this.tell({ type: "typing", conversation: card.conversation, who: "customer", on: true }, card.conversation), 500);
      setTimeout(() => {
        this.post(room, "customer", "Alles klar, danke. Und was mache ich mit https://example.net/modem?");
        this.set(room, { unanswered: true, preview: "Alles klar, danke." });
      }, 1800);
    } else {
      this.set(room, { phase: frame.type === "close" ? "closed" : "with_bot", operator: "", operator_name: "" });
      this.post(room, "system", frame.type, { origin: frame.type === "close" ? "closed" : "handed_back", name: client.operator });
    }
    return undefined;
  }

  undeliver(card, message, state) {
    const error = { failed: "sendMessage: 403 Forbidden: bot was blocked by the user", ambiguous: "sendMessage: the connection broke before the answer" }[state] ?? "";
    const { conversation, chat, channel, name } = card;
    const preview = message.content.text;
    if (error) this.letters.set(message.id, { number: message.seq, state, chat, channel, conversation, message: message.id, name, preview, at: message.at, error });
    this.deliver(card, message.id, { state, error });
  }

  deliver(card, message_id, delivery) {
    this.tell({ type: "delivery", conversation: card.conversation, message_id, ...delivery }, card.conversation);
    this.tell({ type: "undelivered", count: this.letters.size });
  }

  set(room, changes) {
    room.card = { ...room.card, ...changes, version: room.card.version + 1 };
    this.tell({ type: "card", card: room.card });
  }

  post(room, author, text, more = {}) {
    const message = { seq: room.messages.length + 1, id: randomUUID(), author, at: new Date().toISOString(), content: { kind: "text", text }, ...more };
    room.messages.push(message);
    this.tell({ type: "message", conversation: room.card.conversation, message }, room.card.conversation);
    return message;
  }
}

function panel(card, reason) {
  return {
    channel: card.channel, address: "+49 40 555 0199", name: card.name, language: card.language, opened_at: ago(1000), reason,
    facts: [{ name: "contract", value: "N-4471902" }, { name: "customer", value: { name: card.name, line: "HH-0231", contract: "N-4471902" } }, { name: "address", value: ["20095 Hamburg", "Deichstr. 9"] }],
    path: ["greeting", "menu", "outage", "identify_customer/contract", "identify_customer/found", "outage_none", "human", "handover"],
  };
}

function history(room, reason) {
  const add = (author, content, age, more = {}) => room.messages.push({ seq: room.messages.length + 1, id: randomUUID(), author, at: ago(age), content, ...more });
  for (let index = 0; index < 130; index += 1) {
    add(index % 2 ? "bot" : "customer", { kind: "text", text: `${index % 2 ? "Antwort" : "Frage"} von gestern, Nummer ${index + 1}` }, 90000 - index * 10);
  }
  add("customer", { kind: "text", text: reason }, 900);
  add("bot", { kind: "prompt", text: "Womit kann ich helfen?", buttons: [{ payload: "a", label: "Störung" }, { payload: "b", label: "Rechnung" }, { payload: "c", label: "Mitarbeiter" }] }, 890);
  add("customer", { kind: "text", text: "Störung" }, 880);
  add("bot", { kind: "prompt", text: "Ihre Leitung ist in Ordnung. Bitte starten Sie den Router neu (siehe Bild).", attach: { kind: "media", type: "photo", ref: "media/router-restart.jpg" } }, 870);
  add("customer", { kind: "media", type: "photo", ref: "abc", mime: "image/png", caption: "So sieht es hier aus <b>!</b>" }, 860);
  add("customer", { kind: "media", type: "file", ref: "def", name: "protokoll.pdf", mime: "application/pdf", size: 48123 }, 850);
  add("system", { kind: "text", text: "parked" }, 800, { origin: "parked" });
  if (room.card.operator) add("system", { kind: "text", text: "claimed" }, 700, { origin: "claimed", name: room.card.operator_name });
}
