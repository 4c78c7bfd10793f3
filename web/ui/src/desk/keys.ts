/** The desk by keyboard: letters for everything frequent, while no field has the focus. Escape leaves a field. */

import type { Signal } from "@preact/signals";
import type { Card } from "../shared/protocol";
import { GROUP_NAMES } from "./order";
import type { DeskUse } from "./use";
import { openable, TOOLS } from "./tools";

export type Pane = "list" | "chat" | "panel";

export interface KeyUse extends DeskUse {
  readonly pane: Signal<Pane>;
}

export function onKey(event: KeyboardEvent, use: KeyUse): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target as HTMLElement;
  if (document.querySelector("dialog[open]")) return;
  if (target.matches("input, textarea, select")) {
    if (event.key === "Escape") {
      target.blur();
      focusCard(use);
    }
    return;
  }
  if (act(event.key, target, use)) event.preventDefault();
}

/** True if the key did something. */
function act(key: string, target: HTMLElement, use: KeyUse): boolean {
  const { client } = use;
  const inList = target === document.body || target.closest(".lists") !== null;
  switch (key) {
    case "j":
      return move(1, use);
    case "k":
      return move(-1, use);
    case "ArrowDown":
      return inList && move(1, use);
    case "ArrowUp":
      return inList && move(-1, use);
    case "u":
      return nextUnread(use);
    case "c":
      return claim(target, use);
    case "r":
      return write("answer", use);
    case "n":
      return write("note", use);
    case "/":
      return focus(".filters input");
    case "o":
      document.querySelector<HTMLElement>(".history")?.focus();
      return true;
    case "l":
      return label(target, use);
    case "s":
      return focus(".top .status select");
    case "?":
      client.box.value = "help";
      return true;
    default:
      return tool(key, use);
  }
}

/** What the message that has the focus was about, else the customer's last words. */
function label(target: HTMLElement, { client }: KeyUse): boolean {
  const here = target.closest(".message")?.querySelector<HTMLElement>(".link.label");
  const last = [...document.querySelectorAll<HTMLElement>(".history .message.customer .link.label")].at(-1);
  (here ?? last)?.click();
  return client.box.value === "label";
}

function tool(key: string, { client }: KeyUse): boolean {
  const found = TOOLS.find((one) => one.key === key);
  if (!found || !openable(client, found.box) || client.busy.value.has(found.box)) return false;
  client.box.value = found.box;
  return true;
}

function focus(selector: string): boolean {
  const field = document.querySelector<HTMLElement>(selector);
  field?.focus();
  return field !== null;
}

function write(mode: "answer" | "note", { pane }: KeyUse): boolean {
  pane.value = "chat";
  const button = document.querySelector<HTMLButtonElement>(`.modes [data-mode="${mode}"]${mode === "note" ? ", .answer [data-note]" : ""}`);
  if (button && button.ariaPressed !== "true") button.click();
  else focus(".answer textarea");
  return true;
}

/** All cards in the order of the lists, drawn or not. */
function listed({ client }: DeskUse): readonly Card[] {
  return GROUP_NAMES.filter((name) => !client.folded.value.includes(name)).flatMap((name) => client.groups.value[name]);
}

function move(by: 1 | -1, use: DeskUse): boolean {
  const all = listed(use);
  const from = all.findIndex((card) => card.conversation === (use.client.cursor.value || use.client.opened.value));
  const next = from < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, from + by));
  return reach(all[next], use);
}

function focusCard(use: DeskUse): void {
  const all = listed(use);
  reach(all.find((card) => card.conversation === use.client.opened.value) ?? all[0], use);
}

function nextUnread(use: KeyUse): boolean {
  const { client, pane } = use;
  const all = [...client.groups.value.mine, ...client.groups.value.asked];
  const card = all.find((one) => client.unread.value.has(one.conversation)) ?? all.find((one) => one.unanswered && one.conversation !== client.opened.value);
  if (!card) return false;
  client.open(card.conversation);
  pane.value = "chat";
  return reach(card, use);
}

/** The cursor's card is always drawn: the focus follows when it is. */
function reach(card: Card | undefined, { client }: DeskUse): boolean {
  if (!card) return false;
  client.cursor.value = card.conversation;
  if (!show(card)) requestAnimationFrame(() => show(card));
  return true;
}

function show({ conversation }: Card): boolean {
  const button = document.querySelector<HTMLElement>(`.lists .group:not(.letters) [data-conversation="${CSS.escape(conversation)}"]`);
  button?.focus({ preventScroll: true });
  button?.scrollIntoView({ block: "nearest" });
  return button !== null;
}

/** Claims the focused card of the queue, else the conversation that is open. */
function claim(target: HTMLElement, { client, pane }: KeyUse): boolean {
  const focused = target.closest<HTMLElement>(".card")?.dataset["conversation"];
  const conversation = focused ?? client.opened.value;
  if (client.card(conversation)?.phase !== "parked") return false;
  client.open(conversation);
  pane.value = "chat";
  client.command({ type: "claim" }, conversation);
  return true;
}
