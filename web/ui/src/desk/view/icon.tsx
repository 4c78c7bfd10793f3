/** Small line drawings; whoever shows one says in words what it means. */

import type { JSX } from "preact";

const PATHS = {
  search: "M9 15a6 6 0 1 0 0-12 6 6 0 0 0 0 12ZM13.5 13.5 17 17",
  filter: "M3 5h14M6 10h8M8.5 15h3",
  bell: "M5 14V9a5 5 0 0 1 10 0v5l1.5 1.5h-13L5 14ZM8.5 17.5h3",
  mute: "M5 14V9a5 5 0 0 1 8-4M15 9v5l1.5 1.5h-13L5 14M8.5 17.5h3M3 3l14 14",
  people: "M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2 16.5c0-3 2.5-4.5 5.5-4.5s5.5 1.5 5.5 4.5M13 4a3 3 0 0 1 0 5.500M15 12.300c1.800.600 3 2 3 4.200",
  send: "M3 10 17 3.500 12.500 17l-3-5.500L3 10Z",
  clip: "m7 10.500 5-5a2.500 2.500 0 0 1 3.500 3.500l-7 7a4 4 0 0 1-5.600-5.600L10 3.500",
  slash: "M4 4h12v9H9l-4 3.500V13H4V4ZM9 10.500l2.500-4",
  buttons: "M3 4.500h14v4H3zM3 11.500h14v4H3z",
  pin: "M10 17.500s5.500-5 5.500-9a5.500 5.500 0 1 0-11 0c0 4 5.500 9 5.500 9ZM10 10.300a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
  note: "M6 9V6.500a4 4 0 0 1 8 0V9M4.500 9h11v7.500h-11z",
  transfer: "M3 10h12M11 5.500 15.500 10 11 14.500M17.500 4v12",
  label: "M3 3.500h6.500l7 7-6 6-7.500-7V3.500ZM6.500 7v.100",
  ask: "M3.500 4h13v9.500H9.500L6 16.500v-3H3.500V4ZM8.300 7.300c.300-1.600 3.400-1.600 3.400.200 0 1.200-1.700 1.100-1.700 2.300M10 11.600v.100",
  bot: "M4 8h12v8H4zM10 8V4.500M7.500 11.500v1M12.500 11.500v1M10 4.500v-.800",
  clock: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM10 6v4l2.800 2",
  run: "M6 4v12l10-6L6 4Z",
  join: "M8 12a3.200 3.200 0 0 1 0-4.500l2-2A3.200 3.200 0 0 1 14.500 10l-1 1M12 8a3.200 3.200 0 0 1 0 4.500l-2 2A3.200 3.200 0 0 1 5.500 10l1-1",
  done: "M4 10.500 8 14.500 16 5.500",
  seen: "M2 10.500 5.500 14 12.500 6M9.500 14l7-8",
  refresh: "M16 10a6 6 0 1 1-1.800-4.300M16.500 3v3.500H13",
  close: "M5 5l10 10M15 5 5 15",
  back: "M11.500 5 6.500 10l5 5",
  fold: "M6 8l4 4 4-4",
  eye: "M2.500 10S5 5 10 5s7.500 5 7.500 5-2.500 5-7.500 5-7.500-5-7.500-5ZM10 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
  leave: "M8 4H4v12h4M8 10h9M13.500 6.500 17 10l-3.500 3.500",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
      <path d={PATHS[name]} fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
