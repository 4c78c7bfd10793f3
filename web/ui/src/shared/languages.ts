/** Which language a page speaks. */

import { attempt, browserStore } from "./outbox";

export const LANGUAGES: readonly string[] = ["de", "en", "ru", "uk"];

/** In its own words: a reader finds it in whatever language the page is. */
export const LANGUAGE_NAMES: Readonly<Record<string, string>> = {
  de: "Deutsch",
  en: "English",
  ru: "Русский",
  uk: "Українська",
};

const KEY = "lotse:language";

/** The first of `wanted` (codes like `de` or `de-AT`) that we speak. */
export function firstSpoken(wanted: readonly (string | null | undefined)[], spoken = LANGUAGES): string | undefined {
  for (const code of wanted) {
    const base = code?.toLowerCase().split(/[-_]/)[0];
    if (base && spoken.includes(base)) return base;
  }
  return undefined;
}

/** `?language=`, else the reader's earlier choice, else the browser's languages, else English. */
export function pageLanguage(): string {
  const asked = new URLSearchParams(location.search).get("language");
  const chosen = attempt(() => browserStore("localStorage")?.getItem(KEY));
  return firstSpoken([asked, chosen, ...navigator.languages]) ?? "en";
}

export function rememberLanguage(language: string): void {
  attempt(() => browserStore("localStorage")?.setItem(KEY, language));
}
