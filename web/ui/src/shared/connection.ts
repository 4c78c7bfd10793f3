/** When to connect, to greet, to wait: the life of a socket as a pure function, so that every order of events can be tested. */

export type ConnectionPhase = "idle" | "preparing" | "opening" | "greeting" | "live" | "waiting" | "stopped";

/** `attempt` counts the failures since the last welcome: it sets the next delay. */
export interface Connection {
  readonly phase: ConnectionPhase;
  readonly attempt: number;
}

/**
 * `wake`: the network or the tab came back. `stuck`: a time limit passed, or an acknowledgement is overdue.
 * `busy`: the service can't take what we send just now.
 */
export type ConnectionEvent =
  | "start"
  | "prepared"
  | "unprepared"
  | "opened"
  | "welcomed"
  | "lost"
  | "stuck"
  | "busy"
  | "offline"
  | "due"
  | "wake"
  | "stop";

/** `wait` is in milliseconds. */
export type ConnectionCommand = "prepare" | "open" | "greet" | "ready" | "close" | { readonly wait: number };

export const FIRST_DELAY = 500;
export const LONGEST_DELAY = 15_000;
/** What was welcomed and then refused must not come back as quickly as what was cut off: the welcome resets the back-off. */
export const BUSY_DELAY = 2_500;
export const IDLE: Connection = { phase: "idle", attempt: 0 };

type Next = readonly [Connection, readonly ConnectionCommand[]];

/** Milliseconds before try number `attempt` (from 0): doubling, with jitter so that a restarted service is not stormed. */
export function backOff(attempt: number, random: number): number {
  const full = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** Math.min(attempt, 10));
  return Math.round(full * (0.5 + random / 2));
}

/** The next state and what to do now. `random` is in [0, 1). An event that doesn't fit the phase changes nothing. */
export function advance(state: Connection, event: ConnectionEvent, random: number): Next {
  if (event === "stop") return [{ phase: "stopped", attempt: 0 }, ["close"]];
  switch (state.phase) {
    case "idle":
    case "stopped":
      return event === "start" ? [{ phase: "preparing", attempt: 0 }, ["prepare"]] : [state, []];
    case "waiting":
      return event === "due" || event === "wake" || event === "start"
        ? [{ ...state, phase: "preparing" }, ["prepare"]]
        : [state, []];
    case "preparing":
      if (event === "prepared") return [{ ...state, phase: "opening" }, ["open"]];
      return event === "unprepared" ? failed(state, event, random) : afterBreak(state, event, random);
    case "opening":
      return event === "opened" ? [{ ...state, phase: "greeting" }, ["greet"]] : afterBreak(state, event, random);
    case "greeting":
      return event === "welcomed" ? [{ phase: "live", attempt: 0 }, ["ready"]] : afterBreak(state, event, random);
    case "live":
      return afterBreak(state, event, random);
  }
}

function afterBreak(state: Connection, event: ConnectionEvent, random: number): Next {
  return event === "lost" || event === "stuck" || event === "busy" || event === "offline" ? failed(state, event, random) : [state, []];
}

function failed(state: Connection, event: ConnectionEvent, random: number): Next {
  const soon = event === "offline" ? LONGEST_DELAY : backOff(state.attempt, random);
  const wait = event === "busy" ? Math.max(soon, Math.round(BUSY_DELAY * (0.5 + random / 2))) : soon;
  return [{ phase: "waiting", attempt: state.attempt + 1 }, ["close", { wait }]];
}
