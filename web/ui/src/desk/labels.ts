/** What operators said that the customer wanted with a message. Pure. */

import type { Message } from "../shared/protocol";

export interface Label {
  /** Empty: nothing that the bot does. */
  readonly intent: string;
  /** Who said so. */
  readonly name: string;
}

const NONE: ReadonlyMap<string, Label> = new Map();

/** By the id of the message; the last word counts. */
export function labelsOf(messages: readonly Message[]): ReadonlyMap<string, Label> {
  const said = messages.filter((message) => message.content.kind === "example" && message.content.of);
  if (!said.length) return NONE;
  const labels = new Map<string, Label>();
  for (const { content, origin, name = "" } of said) {
    if (content.kind !== "example") continue;
    if (origin === "label_undone") labels.delete(content.of ?? "");
    else labels.set(content.of ?? "", { intent: content.intent, name });
  }
  return labels;
}

/** Only what a customer typed says how people ask: no buttons, files or places. */
export function learnable(message: Message): boolean {
  return message.author === "customer" && message.content.kind === "text" && !message.origin && /\p{L}/u.test(message.content.text);
}
