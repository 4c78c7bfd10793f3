/** What an operator can do with an open conversation, each by a key, too. */

import type { Box, DeskState } from "./state";

interface Tool {
  readonly box: Box;
  /** The name of its drawing. */
  readonly icon: "transfer" | "ask" | "clock" | "run" | "join" | "bot" | "done";
  readonly key: string;
  /** Of those who don't hold the chat, too. */
  readonly free?: boolean;
  readonly needs?: "actions" | "teams";
}

export const TOOLS: readonly Tool[] = [
  { box: "transfer", icon: "transfer", key: "t", free: true },
  { box: "consult", icon: "ask", key: "a" },
  { box: "plan", icon: "clock", key: "p" },
  { box: "run", icon: "run", key: "e", needs: "actions" },
  { box: "customers", icon: "join", key: "m" },
  { box: "hand_back", icon: "bot", key: "b" },
  { box: "close", icon: "done", key: "x" },
];

/** The key that opens a box, with those that this operator may not open now left out. */
export function openable(client: DeskState, box: Box): boolean {
  const can = client.rights.value;
  const tool = TOOLS.find((one) => one.box === box);
  if (!tool || !can) return false;
  if (tool.needs === "actions" && !client.bot.value.actions.length) return false;
  return can.reply || (can.transfer && tool.free === true);
}
