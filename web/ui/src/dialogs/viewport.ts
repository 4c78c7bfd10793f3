/** Where the picture stands under its frame: drag, wheel, pinch. */

import { signal } from "@preact/signals";
import { CARD, type Box, type Picture } from "./layout";

export interface View {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

interface Size {
  readonly clientWidth: number;
  readonly clientHeight: number;
}

const LEAST = 0.15;
const MOST = 2;
/** Below this the words can't be read: the first picture then shows the beginning instead of everything. */
const LEGIBLE = 0.7;
const MARGIN = 28;

/** The first view: all of the picture or, where that would be too small to read, its beginning. */
export function opening(picture: Pick<Picture, "width" | "height">, start: Box | undefined, frame: Size): View {
  const whole = fitted(picture, frame);
  if (whole.scale >= LEGIBLE || !start) return whole;
  const tall = picture.height * LEGIBLE;
  const y = tall < frame.clientHeight ? (frame.clientHeight - tall) / 2 : frame.clientHeight / 2 - (start.y + CARD.height / 2) * LEGIBLE;
  return { scale: LEGIBLE, x: MARGIN - start.x * LEGIBLE, y };
}

/** All of the picture, never enlarged. */
export function fitted(picture: Pick<Picture, "width" | "height">, frame: Size): View {
  const whole = Math.min(1, (frame.clientWidth - 2 * MARGIN) / picture.width, (frame.clientHeight - 2 * MARGIN) / picture.height);
  const scale = Math.max(LEAST, whole);
  const left = (frame.clientWidth - picture.width * scale) / 2;
  return { scale, x: Math.max(MARGIN, left), y: (frame.clientHeight - picture.height * scale) / 2 };
}

/** The same view, moved only if the card is not well inside; enlarged only if it can't be read. */
export function centred(view: View, box: Box, frame: Size): View {
  const scale = Math.max(LEGIBLE, view.scale);
  const left = box.x * scale + (scale === view.scale ? view.x : -Infinity);
  const top = box.y * scale + view.y;
  const inside =
    left > MARGIN && top > MARGIN && left + CARD.width * scale < frame.clientWidth - MARGIN && top + CARD.height * scale < frame.clientHeight - MARGIN;
  if (inside) return view;
  return {
    scale,
    x: frame.clientWidth / 2 - (box.x + CARD.width / 2) * scale,
    y: frame.clientHeight / 2 - (box.y + CARD.height / 2) * scale,
  };
}

/** Keeps the point (x, y) of the frame where it is. */
export function zoomed(view: View, factor: number, x: number, y: number): View {
  const scale = Math.min(MOST, Math.max(LEAST, view.scale * factor));
  const ratio = scale / view.scale;
  return { scale, x: x - (x - view.x) * ratio, y: y - (y - view.y) * ratio };
}

export class ViewPort {
  readonly view = signal<View>({ x: 0, y: 0, scale: 1 });
  private readonly pointers = new Map<number, { x: number; y: number }>();

  zoom(factor: number, frame: Size): void {
    this.view.value = zoomed(this.view.value, factor, frame.clientWidth / 2, frame.clientHeight / 2);
  }

  /** Listens on the frame; the result stops it. */
  attach(frame: HTMLElement): () => void {
    const end = new AbortController();
    const { signal: until } = end;
    const at = (event: MouseEvent): { x: number; y: number } => {
      const box = frame.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    frame.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        const { x, y } = at(event);
        this.view.value = zoomed(this.view.value, Math.exp(-event.deltaY / (event.ctrlKey ? 120 : 600)), x, y);
      },
      { passive: false, signal: until },
    );
    frame.addEventListener("pointerdown", (event) => this.pointers.set(event.pointerId, at(event)), { signal: until });
    addEventListener("pointermove", (event) => this.move(event.pointerId, at(event)), { signal: until });
    for (const name of ["pointerup", "pointercancel"] as const) {
      addEventListener(name, (event) => this.pointers.delete(event.pointerId), { signal: until });
    }
    return () => end.abort();
  }

  private move(id: number, now: { x: number; y: number }): void {
    const before = this.pointers.get(id);
    if (!before) return;
    const other = [...this.pointers].find(([key]) => key !== id)?.[1];
    if (other) {
      const distance = (point: { x: number; y: number }): number => Math.hypot(point.x - other.x, point.y - other.y) || 1;
      this.view.value = zoomed(this.view.value, distance(now) / distance(before), other.x, other.y);
    } else {
      const { x, y, scale } = this.view.value;
      this.view.value = { scale, x: x + now.x - before.x, y: y + now.y - before.y };
    }
    this.pointers.set(id, now);
  }
}
