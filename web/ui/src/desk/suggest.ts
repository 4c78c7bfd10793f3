/** What is being looked for while somebody writes: `/word` at the start of a line for a canned reply, `@name` for a colleague. Pure. */

export interface Query {
  readonly kind: "canned" | "mention";
  readonly word: string;
  /** Where the sign stands, and where the word ends. */
  readonly start: number;
  readonly end: number;
}

/** The query that ends at the caret. In an answer nobody is mentioned, in a note no reply is looked up. */
export function queryAt(text: string, caret: number, note: boolean): Query | undefined {
  const before = text.slice(0, caret);
  const found = note ? /(?:^|[\s(])@([\p{L}\p{N}_.-]*(?: [\p{L}\p{N}_.-]*)?)$/u.exec(before) : /(?:^|\n)\/([^\n/]{0,40})$/u.exec(before);
  if (!found) return undefined;
  const word = found[1] ?? "";
  return { kind: note ? "mention" : "canned", word, start: caret - word.length - 1, end: caret };
}

/** Those that have all words: in the name first, then elsewhere. */
export function matching<T>(items: readonly T[], word: string, name: (item: T) => string, rest: (item: T) => string = () => ""): readonly T[] {
  const words = word.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (text: string): boolean => words.every((one) => text.toLowerCase().includes(one));
  const first = items.filter((item) => has(name(item)));
  return [...first, ...items.filter((item) => !first.includes(item) && has(`${name(item)} ${rest(item)}`))];
}

/** `text` with the query replaced, and where the caret stands then. */
export function completed(text: string, query: Query, words: string): { readonly text: string; readonly caret: number } {
  const tail = text.slice(query.end);
  const gap = query.kind === "mention" && !/^\s/.test(tail) ? " " : "";
  const put = query.kind === "mention" ? `@${words}${gap}` : words;
  return { text: text.slice(0, query.start) + put + tail, caret: query.start + put.length };
}

/** The ids of those whose `@name` stands in the words. */
export function mentioned(text: string, people: readonly { readonly operator: string; readonly name: string }[]): readonly string[] {
  const low = text.toLowerCase();
  return people.filter(({ name }) => name && low.includes(`@${name.toLowerCase()}`)).map(({ operator }) => operator);
}
