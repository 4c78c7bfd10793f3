/** The operators' side of the stand-in: `docs/protocols.md`, section Desk, spoken with made-up chats. `small`: five chats and no colleagues. */

import { randomUUID } from "node:crypto";
import { ASSIGNED, BOT, CANNED, CHANNELS, COLLEAGUES, CUSTOMERS, SAYINGS, TEAMS, WAITING } from "./people.mjs";
import { contextOf, filled, history, hostile, panelOf, slotsOf } from "./known.mjs";

const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString();
const LISTED = ["parked", "with_operator"];
/** Events that a page which was away is given; longer ago is a snapshot. */
const REMEMBERED = 200;

export class Desk {
  constructor({ chats = 5, messages = 138 } = {}) {
    this.rooms = new Map();
    this.seats = new Map(chats > 10 ? COLLEAGUES.map((seat) => [seat.operator, { ...seat }]) : []);
    this.clients = new Set();
    this.accepted = new Set();
    this.letters = new Map();
    this.events = [];
    this.frames = [];
    this.number = 0;
    this.length = messages;
    this.lively = chats > 10;
    for (let index = 0; index < chats; index += 1) this.open(index, chats);
    if (this.lively) setInterval(() => this.live(), 1_500).unref();
  }

  open(index, chats) {
    if (chats <= 10) return void this.park([40, 250, 12, 600, 900][index] ?? 30, ["", "", "", "anna", "boris"][index] ?? "");
    const seats = [...this.seats.values()];
    const seat = index % 3 === 0 ? seats[(index / 3) % seats.length] : undefined;
    this.park(((index * 37) % 800) + 5, seat && seat.load < seat.capacity ? seat.operator : index < 8 && index % 2 ? "me" : "");
  }

  /** `words`: instead of everything that people wrote. */
  park(seconds = 0, operator = "", words = "") {
    const index = this.rooms.size;
    const [first, language] = CUSTOMERS[index % CUSTOMERS.length];
    const [saying, intent, mood = ""] = SAYINGS[index % SAYINGS.length];
    const [name, preview] = words ? [words, words] : [first, saying];
    const holder = this.seats.get(operator);
    const since = ago(operator ? seconds / 3 : seconds);
    const card = {
      conversation: randomUUID(), chat: `chat-${index}`, channel: CHANNELS[(index * 3) % CHANNELS.length], name, language, phase: operator ? "with_operator" : "parked",
      team: TEAMS[index % 7 === 3 ? 2 : index % 5 === 2 ? 1 : 0], operator, operator_name: operator && (holder?.name ?? `${operator[0].toUpperCase()}${operator.slice(1)}`), since,
      preview: preview.slice(0, 120), unanswered: index % 4 !== 1, version: 5, queued: ago(seconds), priority: index % 9 === 4 ? 2 : 0, prefer: index % 11 === 5 ? "boris" : "",
      why: operator ? ASSIGNED[index % ASSIGNED.length] : WAITING[index % WAITING.length], consulted: [], intent, mood, callback: index % 13 === 6 ? ago(60) : null,
    };
    const room = { card, messages: [], panel: panelOf(card, preview, this.lively), context: [], read: 0 };
    this.rooms.set(card.conversation, room);
    history(room, preview, index === 1 && this.lively ? 5_000 : this.length);
    if (words) hostile(room, words);
    if (holder) this.seated(operator, { load: holder.load + 1 });
    this.feed({ type: "card", card });
    return card;
  }

  /** What happens in a busy office. */
  live() {
    const rooms = [...this.rooms.values()].filter((room) => LISTED.includes(room.card.phase));
    const room = rooms[Math.floor(Math.random() * rooms.length)];
    const [preview] = SAYINGS[Math.floor(Math.random() * SAYINGS.length)];
    const seat = [...this.seats.values()][Math.floor(Math.random() * 12)];
    switch (Math.floor(Math.random() * 4)) {
      case 0:
        if (seat && COLLEAGUES.some((one) => one.operator === seat.operator)) this.seated(seat.operator, { status: ["available", "busy", "available", "away"][Math.floor(Math.random() * 4)] });
        return;
      default:
        if (!room) return;
        this.post(room, "customer", preview);
        this.set(room, { preview: preview.slice(0, 120), unanswered: true });
    }
  }

  dump() {
    return [...this.rooms.values()];
  }

  tell(frame, conversation) {
    for (const client of this.clients) if (!conversation || client.opened === conversation) client.send(frame);
  }

  /** To everybody, numbered. */
  feed(frame) {
    this.number += 1;
    const event = { ...frame, event: `mock:${this.number}` };
    this.events = [...this.events.slice(1 - REMEMBERED), event];
    this.tell(event);
  }

  seated(operator, change) {
    const seat = { ...this.seats.get(operator), ...change };
    this.seats.set(operator, seat);
    this.feed({ type: "seat", seat });
  }

  me(operator) {
    const seat = this.seats.get(operator) ?? { operator, name: operator, role: "operator", status: "available", present: true, load: 0, capacity: 6, teams: ["support"], skills: [], languages: ["de", "en"] };
    this.seats.set(operator, seat);
    return seat;
  }

  connect(ws, send, operator, after) {
    const client = { send, operator, opened: "" };
    this.clients.add(client);
    ws.on("close", () => this.leave(client));
    ws.on("message", (data) => this.take(client, JSON.parse(data)));
    this.me(operator);
    if (this.lively) for (const room of this.rooms.values()) if (room.card.operator === "me") this.set(room, { operator, operator_name: operator });
    const load = this.dump().filter((room) => room.card.operator === operator && LISTED.includes(room.card.phase)).length;
    this.seated(operator, { present: true, load });
    const missed = this.events.findIndex((event) => event.event === after);
    const now = new Date().toISOString();
    if (after && missed >= 0) {
      send({ type: "resumed", event: after, now });
      this.events.slice(missed + 1).forEach(send);
    } else {
      const cards = this.dump().map((room) => room.card).filter((card) => LISTED.includes(card.phase));
      send({ type: "snapshot", event: `mock:${this.number}`, operator: this.me(operator), cards, seats: [...this.seats.values()].filter((seat) => seat.present), now, bot: BOT });
    }
    send({ type: "undelivered", count: this.letters.size });
  }

  leave(client) {
    this.clients.delete(client);
    if (client.opened) this.look(client.opened);
    if (![...this.clients].some((one) => one.operator === client.operator)) this.seated(client.operator, { present: false });
  }

  look(conversation) {
    const here = [...this.clients].filter((one) => one.opened === conversation);
    const operators = here.map((one) => ({ id: one.operator, name: this.me(one.operator).name, typing: one.typing === true }));
    if (this.lively && this.rooms.get(conversation)?.card.operator) operators.push({ id: "clara", name: "Clara Schönfelder", typing: false });
    this.tell({ type: "viewers", conversation, operators }, conversation);
  }

  take(client, frame) {
    this.frames.push({ operator: client.operator, ...frame });
    if (frame.type === "undelivered") return client.send({ type: "undelivered", count: this.letters.size, items: [...this.letters.values()].reverse() });
    if (frame.type === "find") return client.send({ type: "found", text: frame.text, customers: this.find(frame.text) });
    if (frame.type === "status") {
      this.seated(client.operator, { status: frame.status });
      return client.send({ type: "done", id: frame.id });
    }
    const room = this.rooms.get(frame.conversation) ?? this.earlier(frame.conversation);
    if (!room) return frame.id && client.send({ type: "refused", id: frame.id, reason: "closed" });
    if (this.ask(client, room, frame)) return undefined;
    if (this.accepted.has(frame.id)) return client.send({ type: "done", id: frame.id });
    const refusal = this.act(client, room, frame);
    if (!refusal) this.accepted.add(frame.id);
    client.send(refusal ? { type: "refused", id: frame.id, ...refusal } : { type: "done", id: frame.id });
  }

  /** Frames without effect. */
  ask(client, room, frame) {
    const { conversation } = frame;
    switch (frame.type) {
      case "open": {
        const before = client.opened;
        client.opened = conversation;
        client.send({ type: "conversation", card: room.card, messages: room.messages.slice(-100), panel: room.panel, more: room.messages.length > 100 });
        client.send({ type: "read", conversation, seq: room.messages.length - 3 });
        if (this.lively) this.refresh(room);
        if (before) this.look(before);
        this.look(conversation);
        return true;
      }
      case "older": {
        const older = room.messages.filter((message) => message.seq < frame.before);
        client.send({ type: "messages", conversation, messages: older.slice(-100), more: older.length > 100 });
        return true;
      }
      case "typing":
        client.typing = frame.on;
        this.look(conversation);
        return true;
      case "refresh":
        this.refresh(room);
        return true;
      case "slots":
        setTimeout(() => client.send({ type: "slots", conversation, team: frame.team, slots: frame.team === "field service" ? [] : slotsOf() }), 300);
        return true;
      case "canned":
        client.send({ type: "canned", conversation, replies: CANNED.map(([name, title, text]) => ({ name, title, text: filled(text, room.card, this.me(client.operator).name) })) });
        return true;
      default:
        return false;
    }
  }

  refresh(room) {
    const { conversation } = room.card;
    (room.context.length ? [room.context] : contextOf()).forEach((items, index) => setTimeout(() => this.tell({ type: "context", conversation, items }, conversation), index * 700));
  }

  find(text) {
    const words = text.toLowerCase();
    return this.dump()
      .filter(({ card }) => `${card.name} ${card.preview}`.toLowerCase().includes(words))
      .slice(0, 12)
      .map(({ card, panel }) => ({ chat: card.chat, conversation: card.conversation, channel: card.channel, name: card.name, address: panel.address, preview: card.preview }));
  }

  /** Earlier conversations are short ones of the same words. */
  earlier(conversation) {
    for (const room of this.rooms.values()) {
      const about = room.panel.earlier.find((one) => one.conversation === conversation);
      if (about) return { card: { ...room.card, conversation }, panel: room.panel, messages: room.messages.slice(0, 40).map((message) => ({ ...message, at: about.opened_at })) };
    }
    return undefined;
  }

  act(client, room, frame) {
    const { card } = room;
    const me = this.me(client.operator);
    if (frame.type === "resend" || frame.type === "settle") return this.decide(card, frame);
    if (frame.type === "note") {
      this.post(room, "system", "", { origin: "note", name: me.name, client_id: frame.id, content: { kind: "note", text: frame.text, mentions: frame.mentions } });
      this.told(frame.mentions, "mention", card, me, frame.text);
      return undefined;
    }
    if (frame.type === "claim") {
      if (card.phase === "with_operator") return { reason: "held_by_other", holder: card.operator_name };
      if (card.phase !== "parked") return { reason: "not_waiting" };
      this.give(room, me, "");
      return undefined;
    }
    if (frame.type === "transfer" && card.phase === "parked") return this.transfer(room, me, frame);
    if (card.operator !== client.operator) return { reason: card.phase === "closed" ? "closed" : "not_holder", holder: card.operator_name };
    return this.hold(room, me, frame);
  }

  /** What only the holder may do. */
  hold(room, me, frame) {
    const { card } = room;
    switch (frame.type) {
      case "reply":
        return this.reply(room, me, frame);
      case "transfer":
        return this.transfer(room, me, frame);
      case "consult":
        this.set(room, { consulted: [...card.consulted, frame.colleague] });
        this.post(room, "system", "", { origin: "consulted", name: me.name, content: { kind: "note", text: frame.question, mentions: [frame.colleague], to: this.me(frame.colleague).name } });
        this.told([frame.colleague], "consult", card, me, frame.question);
        return undefined;
      case "plan":
        if (frame.begin && new Date(frame.begin).getMinutes() === 30 && new Date(frame.begin).getHours() === 9) return { reason: "slot_taken" };
        this.know(room, { callback: frame.begin ? { begin: frame.begin, phone: frame.phone ?? "", topic: frame.topic ?? "" } : null });
        this.post(room, "system", "", { origin: frame.begin ? "callback_planned" : "callback_off", name: me.name });
        return undefined;
      case "run":
        this.post(room, "system", "", { origin: "running", name: me.name, content: { kind: "note", text: "", to: frame.action } });
        this.post(room, "system", "", { origin: "run_done", content: { kind: "note", text: "number: T-2041", to: frame.action } });
        this.know(room, { actions: [...room.panel.actions, { name: frame.action, state: "done", result: { number: "T-2041" } }] });
        return undefined;
      case "join":
      case "part":
        return this.identities(room, frame);
      default:
        this.set(room, { phase: frame.type === "close" ? "closed" : "with_bot", operator: "", operator_name: "" });
        this.seated(me.operator, { load: Math.max(0, me.load - 1) });
        this.post(room, "system", frame.type, { origin: frame.type === "close" ? "closed" : "handed_back", name: me.name });
        return undefined;
    }
  }

  give(room, me, why) {
    this.set(room, { phase: "with_operator", operator: me.operator, operator_name: me.name, since: new Date().toISOString(), why });
    this.seated(me.operator, { load: me.load + 1 });
    this.post(room, "system", "claimed", { origin: "claimed", name: me.name });
  }

  transfer(room, me, frame) {
    const to = frame.to ? this.me(frame.to) : undefined;
    this.post(room, "system", "", { origin: "transferred", name: me.name, content: { kind: "note", text: frame.reason, mentions: [], to: to?.name ?? frame.team } });
    if (room.card.operator === me.operator) this.seated(me.operator, { load: Math.max(0, me.load - 1) });
    this.set(room, { phase: "parked", operator: "", operator_name: "", team: frame.team ?? room.card.team, prefer: frame.to ?? "", since: new Date().toISOString(), why: to ? `kept_for ${to.name}` : "others_first 2" });
    if (to) this.told([to.operator], "transfer", room.card, me, frame.reason);
    return undefined;
  }

  identities(room, frame) {
    const { customer } = room.panel;
    const other = this.dump().find((one) => one.card.chat === frame.chat);
    const kept = customer.identities.filter((one) => one.chat !== frame.chat);
    const joined = frame.type === "join" && other ? [{ chat: frame.chat, channel: other.card.channel, address: other.panel.address, language: other.card.language }] : [];
    this.know(room, { customer: { ...customer, identities: [...kept, ...joined] } });
    return undefined;
  }

  know(room, change) {
    room.panel = { ...room.panel, ...change };
    this.tell({ type: "panel", conversation: room.card.conversation, panel: room.panel }, room.card.conversation);
  }

  told(operators, kind, card, me, text) {
    for (const client of this.clients) if (operators.includes(client.operator)) client.send({ type: "told", kind, conversation: card.conversation, by: me.operator, text });
  }

  reply(room, me, frame) {
    const { card } = room;
    const { conversation } = card;
    const content = frame.location
      ? { kind: "location", ...frame.location }
      : frame.upload
        ? { kind: "media", type: "file", ref: frame.upload, name: decodeURIComponent(frame.upload), caption: frame.text }
        : frame.buttons
          ? { kind: "prompt", text: frame.text, buttons: frame.buttons.map((label) => ({ payload: label, label })) }
          : { kind: "text", text: frame.text };
    const message = this.post(room, "operator", frame.text, { name: me.name, client_id: frame.id, content });
    this.set(room, { unanswered: false, preview: "" });
    const state = /fail/.test(frame.text) ? "failed" : /unsure/.test(frame.text) ? "ambiguous" : "sent";
    setTimeout(() => this.undeliver(card, message, state), 200);
    setTimeout(() => state === "sent" && this.tell({ type: "read", conversation, seq: message.seq }, conversation), 1_000);
    setTimeout(() => this.tell({ type: "typing", conversation, who: "customer", on: true }, conversation), 500);
    setTimeout(() => {
      this.post(room, "customer", "Alles klar, danke. Und was mache ich mit https://example.net/modem?");
      this.set(room, { unanswered: true, preview: "Alles klar, danke." });
    }, 1800);
    return undefined;
  }

  decide(card, frame) {
    const letter = this.letters.get(frame.message_id);
    this.letters.delete(frame.message_id);
    const state = frame.type === "resend" ? "pending" : letter?.state === "ambiguous" ? "sent" : "failed";
    this.deliver(card, frame.message_id, { state, decided: true });
    if (state === "pending") setTimeout(() => this.deliver(card, frame.message_id, { state: "sent" }), 300);
    return undefined;
  }

  undeliver(card, message, state) {
    const error = { failed: "sendMessage: 403 Forbidden: bot was blocked by the user", ambiguous: "sendMessage: the connection broke before the answer" }[state] ?? "";
    const { conversation, chat, channel, name } = card;
    if (error) this.letters.set(message.id, { number: message.seq, state, chat, channel, conversation, message: message.id, name, preview: message.content.text, at: message.at, error });
    this.deliver(card, message.id, { state, error });
  }

  deliver(card, message_id, delivery) {
    this.tell({ type: "delivery", conversation: card.conversation, message_id, ...delivery }, card.conversation);
    this.tell({ type: "undelivered", count: this.letters.size });
  }

  set(room, changes) {
    const preview = changes.preview || room.card.preview;
    room.card = { ...room.card, ...changes, preview, version: room.card.version + 1 };
    this.feed({ type: "card", card: { ...room.card, preview: changes.preview ?? "" } });
  }

  post(room, author, text, more = {}) {
    const message = { seq: room.messages.length + 1, id: randomUUID(), author, at: new Date().toISOString(), content: { kind: "text", text }, ...more };
    room.messages.push(message);
    this.tell({ type: "message", conversation: room.card.conversation, message }, room.card.conversation);
    return message;
  }
}
