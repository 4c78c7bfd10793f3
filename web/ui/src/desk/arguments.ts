/** What somebody writes in the form of an action becomes its arguments. Pure. */

import type { BotAction } from "../shared/protocol";

/** Nothing if it is not of that type. */
export function argument(type: string, text: string): string | number | boolean | undefined {
  const words = text.trim();
  switch (type) {
    case "int":
      return /^[+-]?\d{1,15}$/.test(words) ? Number(words) : undefined;
    case "float":
    case "number": {
      const value = Number(words.replace(",", "."));
      return words !== "" && Number.isFinite(value) ? value : undefined;
    }
    case "yes_no":
    case "bool":
      return words === "true";
    default:
      return words || undefined;
  }
}

/** All of them, or nothing while one is missing or wrong. A type that ends with `?` may be left empty. */
export function asked(wanted: BotAction["arguments"], values: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> | undefined {
  const all: Record<string, unknown> = {};
  for (const { name, type } of wanted) {
    const optional = type.endsWith("?");
    const text = values[name] ?? "";
    if (optional && !text.trim()) continue;
    const value = argument(optional ? type.slice(0, -1) : type, text);
    if (value === undefined) return undefined;
    all[name] = value;
  }
  return all;
}
