/** What this browser remembers for an operator: drafts until the tab closes, choices for longer. */

import { attempt, browserStore } from "../shared/outbox";
import { ALL, ORDERS, type Filter, type GroupName, type Order } from "./order";

export type Mode = "answer" | "note";

const DRAFT = "lotse:desk:draft:";
const VIEW = "lotse:desk:view";
const session = browserStore("sessionStorage");
const local = browserStore("localStorage");

function draftKey(conversation: string, mode: Mode): string {
  return mode === "note" ? `${DRAFT}note:${conversation}` : DRAFT + conversation;
}

export function draft(conversation: string, mode: Mode): string {
  return attempt(() => session?.getItem(draftKey(conversation, mode))) ?? "";
}

export function keepDraft(conversation: string, mode: Mode, text: string): void {
  const key = draftKey(conversation, mode);
  attempt(() => (text ? session?.setItem(key, text) : session?.removeItem(key)));
}

export function forgetDrafts(): void {
  const keys = attempt(() => Object.keys(session ?? {})) ?? [];
  for (const key of keys) if (key.startsWith(DRAFT)) attempt(() => session?.removeItem(key));
}

/** Who wrote last in this tab. */
export function formerOperator(): string {
  return attempt(() => session?.getItem("lotse:desk:operator")) ?? "";
}

export function rememberOperator(operator: string): void {
  attempt(() => session?.setItem("lotse:desk:operator", operator));
}

/** How the operator likes the lists. The words searched for are not kept. */
export interface View {
  readonly order: Order;
  readonly filter: Filter;
  readonly folded: readonly GroupName[];
}

export function savedView(): View {
  const found = attempt(() => JSON.parse(local?.getItem(VIEW) ?? "{}") as Partial<View>) ?? {};
  const order = ORDERS.find((one) => one === found.order) ?? "longest";
  return { order, filter: { ...ALL, ...found.filter, text: "" }, folded: Array.isArray(found.folded) ? found.folded : [] };
}

export function saveView(view: View): void {
  attempt(() => local?.setItem(VIEW, JSON.stringify(view)));
}
