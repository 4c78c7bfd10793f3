/** The messages that a page holds: in order, each once, and up to where there is no gap. Pure. */

import type { ChatCommand, Content, Message } from "../shared/protocol";

/** `lastSeq`: all up to it are here. `ahead`: numbers that came beyond a gap. */
export interface Log {
  readonly messages: readonly Message[];
  readonly lastSeq: number;
  readonly ahead: readonly number[];
}

export const EMPTY: Log = { messages: [], lastSeq: 0, ahead: [] };

/** A message that is here already changes nothing. One that `edits` another replaces its words in place. */
export function receive(log: Log, message: Message): Log {
  if (holds(log, message.seq)) return log;
  return count(
    { ...log, messages: message.edits ? edited(log.messages, message) : inserted(log.messages, message) },
    message.seq,
  );
}

/** The number belongs to a note for the desk: it counts as received. */
export function skip(log: Log, seq: number): Log {
  return holds(log, seq) ? log : count(log, seq);
}

export function hasGap(log: Log): boolean {
  return log.ahead.length > 0;
}

function holds(log: Log, seq: number): boolean {
  return seq <= log.lastSeq || log.ahead.includes(seq);
}

function inserted(messages: readonly Message[], message: Message): readonly Message[] {
  const at = messages.findIndex((other) => other.seq > message.seq);
  return at < 0 ? [...messages, message] : [...messages.slice(0, at), message, ...messages.slice(at)];
}

function edited(messages: readonly Message[], message: Message): readonly Message[] {
  return messages.map((other) =>
    other.client_id && other.client_id === message.edits ? { ...other, content: message.content } : other,
  );
}

function count(log: Log, seq: number): Log {
  const ahead = new Set([...log.ahead, seq]);
  let lastSeq = log.lastSeq;
  while (ahead.delete(lastSeq + 1)) lastSeq += 1;
  return { ...log, lastSeq, ahead: [...ahead] };
}

// ── what is shown ────────────────────────────────────────────────────────────────────────────────────────────────────

export type OwnState = "sending" | "stored" | "failed";

/** What the customer said here and what became of it; `reason` is the code of the error that refused it. */
export interface Own {
  readonly command: ChatCommand;
  readonly state: OwnState;
  readonly at: string;
  readonly reason?: string;
}

/** One line of the chat; `key` stays the same when the customer's own message comes back from the service. */
export interface Line {
  readonly key: string;
  readonly author: Message["author"];
  readonly at: string;
  readonly content: Content;
  readonly id?: string;
  readonly name?: string;
  readonly href?: string;
  readonly state?: OwnState;
  readonly reason?: string;
}

/** The stored messages, then what is still on its way. */
export function lines(log: Log, own: readonly Own[]): readonly Line[] {
  const stored = log.messages.map((message): Line => ({
    key: message.author === "customer" && message.client_id ? message.client_id : message.id,
    author: message.author,
    at: message.at,
    content: message.content,
    id: message.id,
    ...(message.name ? { name: message.name } : {}),
    ...(message.href ? { href: message.href } : {}),
    ...(message.author === "customer" ? { state: "stored" as const } : {}),
  }));
  const known = new Set(stored.map((line) => line.key));
  const pending = own.flatMap(({ command, state, at, reason }): Line[] => {
    if (command.type === "language" || known.has(command.id)) return [];
    const text = command.type === "say" ? command.text : command.label;
    return [{ key: command.id, author: "customer", at, content: { kind: "text", text }, state, ...(reason ? { reason } : {}) }];
  });
  return [...stored, ...pending];
}

/**
 * The key of the prompt whose buttons still ask something: the last one, if the customer has not answered since.
 * `waits`: for a person. What is then offered by the service itself (payloads with `=`) holds until it is taken, whatever else they write.
 */
export function openPrompt(all: readonly Line[], waits?: boolean): string | undefined {
  const said: unknown[] = [];
  for (const { author, state, content, key } of [...all].reverse()) {
    if (author === "customer" && state !== "failed") said.push("text" in content && content.text);
    if (content.kind === "prompt" && content.buttons?.length) {
      return !said.length || (waits && content.buttons.every(({ payload, label }) => payload[0] === "=" && !said.includes(label))) ? key : undefined;
    }
  }
  return undefined;
}

/** How many messages of the other side are newer than `seen`. */
export function unread(log: Log, seen: number): number {
  return log.messages.filter((message) => message.author !== "customer" && message.seq > seen).length;
}
