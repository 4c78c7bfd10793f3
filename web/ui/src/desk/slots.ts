/** Free times for a call-back, day by day as the operator's clock shows them. Pure. */

import { sameDay } from "../shared/times";

export interface SlotDay {
  /** The first of the day: names it. */
  readonly day: string;
  readonly slots: readonly string[];
}

export function byDay(slots: readonly string[]): readonly SlotDay[] {
  const days: { day: string; slots: string[] }[] = [];
  for (const slot of [...slots].sort((a, b) => Date.parse(a) - Date.parse(b))) {
    const last = days.at(-1);
    if (last && sameDay(last.day, slot)) last.slots.push(slot);
    else days.push({ day: slot, slots: [slot] });
  }
  return days;
}
