/** The desk by keyboard: j/k or arrows move in the lists, c claims, ? helps, Escape leaves a field. */

import type { Signal } from "@preact/signals";
import type { DeskUse } from "./use";

export type Pane = "list" | "chat" | "panel";

export interface KeyUse extends DeskUse {
  readonly pane: Signal<Pane>;
  readonly help: Signal<boolean>;
}

export function onKey(event: KeyboardEvent, use: KeyUse): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target as HTMLElement;
  if (document.querySelector("dialog[open]")) return;
  if (target.matches("input, textarea, select")) {
    if (event.key === "Escape") (cardButtons().find((card) => card.ariaCurrent === "true") ?? cardButtons()[0])?.focus();
    return;
  }
  if (act(event.key, target, use)) event.preventDefault();
}

/** True if the key did something. */
function act(key: string, target: HTMLElement, { client, pane, help }: KeyUse): boolean {
  const inList = target === document.body || target.closest(".lists") !== null;
  switch (key) {
    case "j":
      return move(1);
    case "k":
      return move(-1);
    case "ArrowDown":
      return inList && move(1);
    case "ArrowUp":
      return inList && move(-1);
    case "c":
      return claim(target, { client, pane });
    case "r":
      document.querySelector<HTMLTextAreaElement>(".answer textarea")?.focus();
      return true;
    case "?":
      help.value = true;
      return true;
    default:
      return false;
  }
}

function cardButtons(): HTMLButtonElement[] {
  return [...document.querySelectorAll<HTMLButtonElement>(".lists .card")];
}

function move(by: 1 | -1): boolean {
  const all = cardButtons();
  const focused = all.indexOf(document.activeElement as HTMLButtonElement);
  const from = focused >= 0 ? focused : all.findIndex((card) => card.ariaCurrent === "true");
  const next = from < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, from + by));
  all[next]?.focus();
  return all.length > 0;
}

/** Claims the focused card of the queue, else the conversation that is open. */
function claim(target: HTMLElement, { client, pane }: Pick<KeyUse, "client" | "pane">): boolean {
  const focused = target.closest<HTMLElement>(".card")?.dataset["conversation"];
  const conversation = focused ?? client.opened.value;
  if (client.cards.value.get(conversation)?.phase !== "parked") return false;
  client.open(conversation);
  pane.value = "chat";
  client.command("claim", conversation);
  return true;
}
