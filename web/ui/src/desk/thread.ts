/** The conversation in the middle of the desk: its messages, what is pending, and who may do what. Pure. */

import type { Card, DeliveryState, DeskCommand, Message, Panel, RefusalReason } from "../shared/protocol";

export interface Thread {
  readonly card: Card;
  readonly panel: Panel;
  readonly messages: readonly Message[];
  /** There are earlier ones. */
  readonly more: boolean;
}

export type ReplyState = "sending" | "stored" | DeliveryState;

/** An own reply on its way; `at` is this machine's time. */
export interface Reply {
  readonly id: string;
  readonly conversation: string;
  readonly text: string;
  readonly at: string;
  readonly state: "sending" | "stored" | "refused";
  readonly reason?: RefusalReason | string;
}

/** Both lists, each number once, in order; a message of `newer` wins. Edits replace the words they belong to. */
export function mergedMessages(older: readonly Message[], newer: readonly Message[]): readonly Message[] {
  const all = new Map(older.map((message) => [message.seq, message]));
  for (const message of newer) all.set(message.seq, message);
  const sorted = [...all.values()].sort((a, b) => a.seq - b.seq);
  const edits = new Map(sorted.filter((message) => message.edits).map((message) => [message.edits, message.content]));
  if (!edits.size) return sorted;
  return sorted
    .filter((message) => !message.edits)
    .map((message) => ({ ...message, content: edits.get(message.client_id ?? "") ?? message.content }));
}

/** The replies of this conversation that the history does not show yet. */
export function unseenReplies(replies: readonly Reply[], thread: Thread): readonly Reply[] {
  const known = new Set(thread.messages.map((message) => message.client_id));
  return replies.filter((reply) => reply.conversation === thread.card.conversation && !known.has(reply.id));
}

export interface Rights {
  readonly claim: boolean;
  readonly reply: boolean;
  readonly holder: string;
}

/** Only the holder answers; whoever is free may claim what waits. */
export function rights(card: Card, operator: string): Rights {
  const live = card.phase === "with_operator";
  return {
    claim: card.phase === "parked",
    reply: live && card.operator === operator,
    holder: live && card.operator !== operator ? card.operator_name || card.operator : "",
  };
}

export function isReply(command: DeskCommand): command is Extract<DeskCommand, { type: "reply" }> {
  return command.type === "reply";
}
