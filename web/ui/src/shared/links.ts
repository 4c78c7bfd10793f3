/** Finds the links in plain text. Only http and https become links: no other scheme can run or open anything. */

export type Piece = { readonly text: string; readonly href?: string };

const CANDIDATE = /\bhttps?:\/\/[^\s<>"'`\u0000-\u001f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/giu;
const TRAILING = /[.,;:!?…»“”„)\]}*_]+$/u;

/** The pieces in order; joined, their texts are the input. */
export function splitLinks(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const address = trim(match[0]);
    const href = safeHref(address);
    if (!href) continue;
    if (match.index > end) pieces.push({ text: text.slice(end, match.index) });
    pieces.push({ text: address, href });
    end = match.index + address.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end) });
  return pieces;
}

/** The address if it is an http(s) one without a user name in it, else nothing. */
export function safeHref(address: string): string | undefined {
  try {
    const url = new URL(address);
    const web = url.protocol === "https:" || url.protocol === "http:";
    return web && !url.username && !url.password && url.hostname ? url.href : undefined;
  } catch {
    return undefined;
  }
}

/** Punctuation at the end belongs to the sentence; a closing bracket to the address if it was opened there. */
function trim(address: string): string {
  let rest = address;
  for (;;) {
    const tail = TRAILING.exec(rest)?.[0];
    if (!tail) return rest;
    const last = rest.at(-1);
    if (last === ")" && count(rest, "(") >= count(rest, ")")) return rest;
    if (last === "_" || last === "*") return rest;
    rest = rest.slice(0, -1);
  }
}

function count(text: string, char: string): number {
  return text.split(char).length - 1;
}
