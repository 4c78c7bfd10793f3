/** Times as people read them. All input is ISO 8601 or milliseconds since 1970. */

export function clock(at: string, language: string): string {
  return format(at, language, { hour: "2-digit", minute: "2-digit" });
}

export function day(at: string, language: string): string {
  return format(at, language, { weekday: "long", day: "numeric", month: "long" });
}

export function shortDay(at: string, language: string): string {
  return format(at, language, { weekday: "short", day: "numeric", month: "short" });
}

export function full(at: string, language: string): string {
  return format(at, language, { dateStyle: "medium", timeStyle: "short" });
}

/** A day without a time, `2026-11-29`, as a date; anything else stays as it is. */
export function date(words: string, language: string): string {
  const day = /^\d{4}-\d\d-\d\d$/.test(words) && format(`${words}T12:00`, language, { dateStyle: "medium" });
  return day || words;
}

/** `4:05`, or `1:04:05`: how long somebody has been waiting. */
export function stopwatch(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const two = (value: number): string => String(value).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

export function sameDay(a: string, b: string): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

/** To make one takes longer than to use it a hundred times. */
const formats: Record<string, Intl.DateTimeFormat> = {};

function format(at: string, language: string, options: Intl.DateTimeFormatOptions): string {
  // The desk's English is British: 15:20, 28 Nov.
  const locale = language === "en" ? "en-GB" : language;
  const date = new Date(at);
  if (Number.isNaN(+date)) return "";
  return (formats[language + Object.entries(options)] ??= new Intl.DateTimeFormat(locale, options)).format(date);
}
