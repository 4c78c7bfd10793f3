/** The conversation in the middle of the desk: its messages, what is pending, and who may do what. Pure. */

import type { Card, ContextItem, DeskCommand, Earlier, Message, NoteCommand, Panel, RefusalReason, ReplyCommand } from "../shared/protocol";

export interface Thread {
  readonly card: Card;
  readonly panel: Panel;
  readonly context: readonly ContextItem[];
  readonly messages: readonly Message[];
  /** There are earlier ones. */
  readonly more: boolean;
  /** The customer has seen up to this number. */
  readonly read: number;
}

/** Milliseconds after the end in which its last words are still said. */
const CLOSING = 2_000;

/** An own reply or note on its way; `at` is this machine's time, `file` the name of what goes with it. */
export interface Reply {
  readonly command: ReplyCommand | NoteCommand;
  readonly file?: string;
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
    .map((message) => {
      const content = edits.get(message.client_id ?? "");
      return content ? { ...message, content } : message;
    });
}

/** The replies of this conversation that the history does not show yet. */
export function unseenReplies(replies: readonly Reply[], thread: Thread): readonly Reply[] {
  const own = replies.filter((reply) => reply.command.conversation === thread.card.conversation);
  if (!own.length) return own;
  const known = new Set(thread.messages.map((message) => message.client_id));
  return own.filter((reply) => !known.has(reply.command.id));
}

/** An earlier conversation of the same customer, open in the place of this one's history. */
export interface Past {
  readonly conversation: string;
  /** When it was, in milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly messages: readonly Message[] | undefined;
  readonly more: boolean;
}

export function past({ conversation, opened_at, closed_at }: Earlier): Past {
  return { conversation, from: Date.parse(opened_at), to: closed_at ? Date.parse(closed_at) : Infinity, messages: undefined, more: false };
}

/** Its own messages only: others of its chat were said before or after it. */
export function pastWith(known: Past, older: { readonly messages: readonly Message[]; readonly more: boolean }): Past {
  const at = (message: Message | undefined): number => (message ? Date.parse(message.at) : -Infinity);
  const own = older.messages.filter((message) => at(message) >= known.from && at(message) <= known.to + CLOSING);
  return { ...known, messages: mergedMessages(own, known.messages ?? []), more: older.more && at(older.messages[0]) >= known.from };
}

/** Some messages in a row, drawn or left out together; `day`: a new day begins with them. */
export interface Chunk {
  readonly key: number;
  readonly messages: readonly Message[];
  readonly before: Message | undefined;
}

export const CHUNK = 24;

/** By number, so that earlier messages change no chunk but the first; unchanged ones are those of `known`. */
export function chunked(messages: readonly Message[], known: readonly Chunk[]): readonly Chunk[] {
  const old = new Map(known.map((chunk) => [chunk.key, chunk]));
  const chunks: Chunk[] = [];
  for (let start = 0; start < messages.length; ) {
    const key = Math.floor((messages[start]?.seq ?? 0) / CHUNK);
    let end = start + 1;
    while (end < messages.length && Math.floor((messages[end]?.seq ?? 0) / CHUNK) === key) end += 1;
    const chunk = { key, messages: messages.slice(start, end), before: messages[start - 1] };
    const same = old.get(key);
    chunks.push(same && equal(same, chunk) ? same : chunk);
    start = end;
  }
  return chunks;
}

function equal(a: Chunk, b: Chunk): boolean {
  return a.before === b.before && a.messages.length === b.messages.length && a.messages.every((message, index) => message === b.messages[index]);
}

export interface Rights {
  readonly claim: boolean;
  readonly reply: boolean;
  /** Anybody at the desk may write a note in what is open, and hand a waiting chat to another queue. */
  readonly note: boolean;
  readonly transfer: boolean;
  readonly holder: string;
}

/** Only the holder answers; whoever is free may claim what waits. */
export function rights(card: Card, operator: string): Rights {
  const live = card.phase === "with_operator";
  const mine = live && card.operator === operator;
  return {
    claim: card.phase === "parked",
    reply: mine,
    note: live || card.phase === "parked",
    transfer: mine || card.phase === "parked",
    holder: live && !mine ? card.operator_name || card.operator : "",
  };
}

export function isReply(command: DeskCommand): command is ReplyCommand | NoteCommand {
  return command.type === "reply" || command.type === "note";
}
