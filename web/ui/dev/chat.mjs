/** The customer's side of the stand-in: a bot of a few sentences. */

import { randomUUID } from "node:crypto";

const MENU = { de: ["Störung", "Auftrag", "Mitarbeiter"], en: ["Outage", "Order", "Talk to a person"], ru: ["Авария", "Заказ", "Оператор"], uk: ["Аварія", "Замовлення", "Оператор"] };
const HELLO = { de: "Womit kann ich helfen?", en: "How can I help?", ru: "Чем помочь?", uk: "Чим допомогти?" };

export function newChat(language) {
  return { token: randomUUID(), chat: randomUUID(), language, messages: [], seq: 0, accepted: new Set(), sockets: new Set(), phase: "with_bot", started: false };
}

function post(chat, author, content, more = {}) {
  chat.seq += 1;
  const message = { type: "message", seq: chat.seq, id: randomUUID(), author, at: new Date().toISOString(), content, ...more };
  chat.messages.push(message);
  for (const send of chat.sockets) send(message);
}

function menu(chat) {
  const labels = MENU[chat.language] ?? MENU.en;
  const payloads = ["outage", "order", "human"];
  post(chat, "bot", { kind: "prompt", text: HELLO[chat.language] ?? HELLO.en, buttons: labels.map((label, index) => ({ payload: payloads[index], label })) });
}

function phase(chat, frame) {
  chat.phase = frame.phase;
  for (const send of chat.sockets) send({ type: "phase", ...frame });
}

function respond(chat, word) {
  if (chat.phase === "with_operator") return;
  const each = (frame) => [...chat.sockets].forEach((send) => send(frame));
  each({ type: "typing", who: "bot", on: true });
  setTimeout(() => {
    if (word === "outage") {
      post(chat, "bot", { kind: "prompt", text: "Ihre Leitung ist in Ordnung. Bitte starten Sie den Router neu, siehe https://example.net/router (Bild).", attach: { kind: "media", type: "photo", ref: "media/router-restart.jpg" }, buttons: [{ payload: "works", label: "Geht wieder" }, { payload: "human", label: "Geht nicht" }] }, { href: "/files/token/router-restart.jpg" });
    } else if (word === "human") {
      post(chat, "bot", { kind: "text", text: "Ich verbinde Sie mit unserem Service." });
      chat.seq += 1;
      chat.messages.push({ type: "skip", seq: chat.seq });
      each({ type: "skip", seq: chat.seq });
      phase(chat, { phase: "parked", place: { position: 2, wait: 130 } });
      setTimeout(() => {
        phase(chat, { phase: "with_operator", operator: "Anna Petersen" });
        post(chat, "operator", { kind: "text", text: "Guten Tag, ich bin Anna Petersen. Ich sehe, worum es geht." }, { name: "Anna Petersen" });
      }, 2500);
    } else menu(chat);
  }, 300);
}

export function answer(chats, ws, send, frame, mock) {
  if (frame.type === "hello") {
    const chat = chats.get(frame.token);
    if (!chat) return send({ type: "error", code: "bad_token", message: "unknown" });
    ws.chat = chat;
    ws.on("close", () => chat.sockets.delete(send));
    send({ type: "welcome", chat: chat.chat, seq: chat.seq, language: chat.language, phase: chat.phase });
    for (const message of chat.messages) if (message.seq > frame.last_seq) send(message);
    chat.sockets.add(send);
    if (!chat.started) menu(chat);
    chat.started = true;
    return undefined;
  }
  const chat = ws.chat;
  if (!chat || frame.type === "typing") return undefined;
  if (mock.silent) return undefined;
  if (!chat.accepted.has(frame.id)) {
    chat.accepted.add(frame.id);
    if (frame.type === "language") chat.language = frame.language;
    if (frame.type === "say") post(chat, "customer", { kind: "text", text: frame.text }, { client_id: frame.id });
    if (frame.type === "press") post(chat, "customer", { kind: "text", text: frame.label }, { client_id: frame.id });
    if (frame.type === "press") respond(chat, frame.payload);
    if (frame.type === "say") respond(chat, /mensch|person/i.test(frame.text) ? "human" : "");
  }
  return send({ type: "ack", id: frame.id });
}
