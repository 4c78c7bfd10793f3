/** A layered picture of a dialog: columns by depth, few crossings, long ways led around the cards. Pure; units are pixels. */

import type { Dialog, Why } from "../shared/protocol";

export const CARD = { width: 176, height: 62 };
const COLUMN = CARD.width + 68;
const GAP = 22;
/** Height of the lane in which a long way passes a column. */
const LANE = 8;
const SWEEPS = 12;

export interface Way {
  readonly from: string;
  readonly to: string;
  readonly why: Why;
}

export interface Box {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  /** A step of another dialog. */
  readonly foreign: boolean;
}

export interface Line extends Way {
  /** An SVG path. */
  readonly path: string;
  readonly fallback: boolean;
}

export interface Picture {
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
  readonly width: number;
  readonly height: number;
}

const MAIN: ReadonlySet<Why> = new Set<Why>(["go", "option", "route"]);

export function isFallback(why: Why): boolean {
  return !MAIN.has(why);
}

export function waysOf(dialog: Dialog): readonly Way[] {
  const seen = new Set<string>();
  return dialog.steps.flatMap((step) =>
    step.ways
      .filter((way) => {
        const key = `${step.name} ${way.to} ${way.why}`;
        return !seen.has(key) && seen.add(key);
      })
      .map((way) => ({ from: step.name, to: way.to, why: way.why })),
  );
}

/** One place in a column: a card, or the lane of a long way. */
interface Slot {
  readonly id: string;
  readonly card: boolean;
  layer: number;
  y: number;
  readonly before: Slot[];
  readonly after: Slot[];
}

export function layout(dialog: Dialog): Picture {
  const ways = waysOf(dialog);
  const own = new Set(dialog.steps.map((step) => step.name));
  const names = [...new Set([...own, ...ways.map((way) => way.to)])];
  const main = ways.filter((way) => MAIN.has(way.why) && way.from !== way.to);
  const { layers, backward } = layered(names, dialog.start, main, ways);
  const slots = new Map(names.map((name) => [name, slot(name, true, layers.get(name) ?? 0)]));
  const columns: Slot[][] = [];
  for (const item of slots.values()) column(columns, item.layer).push(item);
  const routes = lanes(main.filter((way) => !backward.has(way)), slots, columns);
  order(columns);
  place(columns);
  const top = Math.min(0, ...columns.flat().map((item) => item.y - size(item) / 2));
  for (const item of columns.flat()) item.y -= top;
  const boxes = names.map((name) => ({ name, ...corner(slots.get(name)), foreign: !own.has(name) }));
  const lines = ways.map((way): Line => {
    const fallback = isFallback(way.why);
    return { ...way, fallback, path: routed(routes.get(way)) ?? direct(slots.get(way.from), slots.get(way.to)) };
  });
  return {
    boxes,
    lines,
    width: columns.length * COLUMN - (COLUMN - CARD.width),
    height: Math.max(CARD.height, ...columns.flat().map((item) => item.y + size(item) / 2)),
  };
}

function slot(id: string, card: boolean, layer: number): Slot {
  return { id, card, layer, y: 0, before: [], after: [] };
}

function column(columns: Slot[][], layer: number): Slot[] {
  while (columns.length <= layer) columns.push([]);
  return columns[layer] ?? [];
}

function size(item: Slot): number {
  return item.card ? CARD.height : LANE;
}

// ── depth ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The longest way from the start, without the ways that lead back; what only a fallback reaches stands after its source. */
function layered(names: readonly string[], start: string, main: readonly Way[], all: readonly Way[]): { layers: Map<string, number>; backward: Set<Way> } {
  const out = new Map<string, Way[]>();
  for (const way of main) out.set(way.from, [...(out.get(way.from) ?? []), way]);
  const backward = new Set<Way>();
  const state = new Map<string, "open" | "done">();
  const finished: string[] = [];
  const visit = (name: string): void => {
    state.set(name, "open");
    for (const way of out.get(name) ?? []) {
      if (state.get(way.to) === "open") backward.add(way);
      else if (!state.has(way.to)) visit(way.to);
    }
    state.set(name, "done");
    finished.push(name);
  };
  for (const name of [start, ...names]) if (names.includes(name) && !state.has(name)) visit(name);
  const order = finished.reverse();
  const layers = new Map<string, number>();
  const entered = new Set(main.map((way) => way.to));
  const deepen = (name: string, least: number): void => {
    layers.set(name, Math.max(layers.get(name) ?? 0, least));
    for (const way of out.get(name) ?? []) {
      if (backward.has(way)) continue;
      if ((layers.get(way.to) ?? -1) <= (layers.get(name) ?? 0)) deepen(way.to, (layers.get(name) ?? 0) + 1);
    }
  };
  deepen(start, 0);
  for (const name of order) {
    if (layers.has(name) || entered.has(name)) continue;
    const sources = all.filter((way) => way.to === name && layers.has(way.from)).map((way) => layers.get(way.from) ?? 0);
    deepen(name, sources.length ? Math.min(...sources) + 1 : 0);
  }
  for (const name of order) if (!layers.has(name)) layers.set(name, 0);
  return { layers, backward };
}

/** Ways over several columns get a lane in each column between. */
function lanes(forward: readonly Way[], slots: ReadonlyMap<string, Slot>, columns: Slot[][]): Map<Way, readonly Slot[]> {
  const routes = new Map<Way, readonly Slot[]>();
  for (const way of forward) {
    const from = slots.get(way.from);
    const to = slots.get(way.to);
    if (!from || !to || to.layer <= from.layer) continue;
    const route = [from];
    for (let layer = from.layer + 1; layer < to.layer; layer += 1) {
      const lane = slot(`${way.from}>${way.to}`, false, layer);
      column(columns, layer).push(lane);
      route.push(lane);
    }
    route.push(to);
    route.forEach((item, index) => {
      const next = route[index + 1];
      if (!next) return;
      item.after.push(next);
      next.before.push(item);
    });
    routes.set(way, route);
  }
  return routes;
}

// ── order and height ─────────────────────────────────────────────────────────────────────────────────────────────────

/** Sorts every column by where its neighbours stand, to and fro. */
function order(columns: readonly Slot[][]): void {
  for (const items of columns) items.forEach((item, index) => (item.y = index));
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const forward = sweep % 2 === 0;
    for (const items of forward ? columns : [...columns].reverse()) {
      const wish = new Map(items.map((item) => [item, mean(forward ? item.before : item.after, item.y)]));
      items.sort((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0));
      items.forEach((item, index) => (item.y = index));
    }
  }
}

function mean(items: readonly Slot[], otherwise: number): number {
  return items.length ? items.reduce((sum, item) => sum + item.y, 0) / items.length : otherwise;
}

/** Heights: each as near to its neighbours as the order and the room allow. */
function place(columns: readonly Slot[][]): void {
  for (const items of columns) {
    let y = 0;
    for (const item of items) {
      item.y = y + size(item) / 2;
      y += size(item) + GAP;
    }
  }
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const forward = sweep % 2 === 0;
    for (const items of forward ? columns : [...columns].reverse()) {
      settle(items, items.map((item) => mean([...item.before, ...item.after], item.y)));
    }
  }
}

/** The heights nearest to the wishes (least squares) that keep order and distance: pool adjacent violators. */
function settle(items: readonly Slot[], wishes: readonly number[]): void {
  const offsets: number[] = [];
  items.forEach((item, index) => {
    const previous = items[index - 1];
    offsets.push(previous ? (offsets[index - 1] ?? 0) + (size(previous) + size(item)) / 2 + GAP : 0);
  });
  const pools: { sum: number; count: number }[] = [];
  wishes.forEach((wish, index) => {
    let pool = { sum: wish - (offsets[index] ?? 0), count: 1 };
    for (let last = pools.at(-1); last && last.sum / last.count > pool.sum / pool.count; last = pools.at(-1)) {
      pools.pop();
      pool = { sum: pool.sum + last.sum, count: pool.count + last.count };
    }
    pools.push(pool);
  });
  let index = 0;
  for (const pool of pools) {
    for (let left = pool.count; left > 0; left -= 1, index += 1) {
      const item = items[index];
      if (item) item.y = pool.sum / pool.count + (offsets[index] ?? 0);
    }
  }
}

// ── lines ────────────────────────────────────────────────────────────────────────────────────────────────────────────

function corner(item: Slot | undefined): { x: number; y: number } {
  return { x: (item?.layer ?? 0) * COLUMN, y: (item?.y ?? 0) - CARD.height / 2 };
}

function routed(route: readonly Slot[] | undefined): string | undefined {
  const first = route?.[0];
  if (!route || !first) return undefined;
  let x = first.layer * COLUMN + CARD.width;
  let y = first.y;
  let path = `M${round(x)} ${round(y)}`;
  for (const item of route.slice(1)) {
    const toX = item.layer * COLUMN;
    const middle = (x + toX) / 2;
    path += `C${round(middle)} ${round(y)} ${round(middle)} ${round(item.y)} ${round(toX)} ${round(item.y)}`;
    if (!item.card) path += `H${round(toX + CARD.width)}`;
    x = toX + CARD.width;
    y = item.y;
  }
  return path;
}

/** A way back, to itself, or a fallback: an arc that leaves on the right and enters on the left, or below. */
function direct(from: Slot | undefined, to: Slot | undefined): string {
  if (!from || !to) return "";
  const right = from.layer * COLUMN + CARD.width;
  const left = to.layer * COLUMN;
  if (to.layer > from.layer) {
    const bend = Math.max(40, (left - right) / 2);
    return `M${round(right)} ${round(from.y)}C${round(right + bend)} ${round(from.y)} ${round(left - bend)} ${round(to.y)} ${round(left)} ${round(to.y)}`;
  }
  const below = CARD.height / 2;
  const fromX = from.layer * COLUMN + CARD.width * 0.62;
  const toX = left + CARD.width * 0.38;
  const depth = Math.max(from.y, to.y) + below + 34 + (from.layer - to.layer) * 6;
  return `M${round(fromX)} ${round(from.y + below)}C${round(fromX)} ${round(depth)} ${round(toX)} ${round(depth)} ${round(toX)} ${round(to.y + below)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
