/** Names that come from the service, in the words of the reader; a name without words stays as it is. Pure. */

import { LANGUAGE_NAMES } from "../shared/languages";
import type { Titles } from "../shared/protocol";
import type { Translate } from "../shared/texts";
import { date, full } from "../shared/times";

/** The text of `prefix.name`, else `fallback`. */
export function known(t: Translate, prefix: string, name: string, params?: Readonly<Record<string, string>>, fallback = name): string {
  const key = `${prefix}.${name}`;
  const words = t(key, params);
  return words === key ? fallback : words;
}

/** A thing of the bot by the name it has in the reader's language; `fallback` where the bot does not speak that, or has no name for it. */
export function titled(one: { readonly title: string; readonly titles?: Titles }, reader: string, fallback = one.title): string {
  return one.titles?.[reader] || fallback;
}

export function channelName(t: Translate, channel: string): string {
  return known(t, "channels", channel);
}

export function languageName(code: string): string {
  return LANGUAGE_NAMES[code] ?? code;
}

/** The name of the language in the reader's own: "Ukrainisch". */
export function languageIn(code: string, reader: string): string {
  try {
    return new Intl.DisplayNames(reader, { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** "kept_for Anna" → the sentence of `why.kept_for` with `what` = "Anna"; nothing for a reason without words. */
export function reasonWords(t: Translate, why: string | undefined, reader: string): string {
  const [key = "", ...rest] = (why ?? "").split(" ");
  const what = rest.join(" ");
  return key ? known(t, "why", key, { what: key === "nobody_speaks" ? languageIn(what, reader) : what }, "") : "";
}

/** Words with the moments in them as people write them: programs write `2026-03-02T14:00:00+00:00`. */
export function dated(words: string, language: string): string {
  return words.replace(/\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)/g, (at) => full(at, language) || at);
}

/** A plain value as words; a day or a moment as one, for a reader of that language. */
export function plain(value: unknown, reader = ""): string {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "boolean") return value ? "✓" : "✗";
  return typeof value === "object" ? JSON.stringify(value) : reader ? dated(date(String(value), reader), reader) : String(value);
}

/** The last part of a path. */
export function fileName(path: string): string {
  return path.split("/").at(-1) ?? path;
}

const QUOTES: Readonly<Record<string, string>> = { de: "„“", en: "“”" };

/** In the quotation marks of the reader's language. */
export function quoted(words: string, reader: string): string {
  const [open, close] = QUOTES[reader] ?? "«»";
  return `${open}${words}${close}`;
}

/** `48 kB`, `1.2 MB`. */
export function fileSize(bytes: number, language: string): string {
  const mega = bytes >= 1_000_000;
  const value = mega ? bytes / 1_000_000 : Math.max(1, Math.round(bytes / 1000));
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: mega ? 1 : 0 }).format(value)} ${mega ? "MB" : "kB"}`;
}
