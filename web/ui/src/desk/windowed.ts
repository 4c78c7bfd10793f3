/** Which rows of a long list are drawn. All rows are of one height. Pure. */

export interface Range {
  readonly from: number;
  /** Not drawn any more. */
  readonly to: number;
}

/** Rows above and below what is seen, so that a quick scroll shows no holes. */
const SPARE = 6;

/** `top`: pixels from the list's beginning to the upper edge of what is seen; negative while the list begins below it. */
export function range(count: number, row: number, top: number, height: number): Range {
  const from = Math.max(0, Math.floor(top / row) - SPARE);
  const to = Math.min(count, Math.ceil((top + height) / row) + SPARE);
  return to <= from ? { from: 0, to: 0 } : { from, to };
}
