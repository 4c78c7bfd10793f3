import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";

declare const ROOT: string;

/** Of all pages, and the desk's own. */
const schemes = ["shared/tokens.css", "desk/css/colours.css"].map((name) => readFileSync(path.join(ROOT, "web/ui/src", name), "utf8").split("@media (prefers-color-scheme: dark)"));
const [light, dark] = [0, 1].map((scheme) => schemes.map((parts) => parts[scheme] ?? "").join("\n")) as [string, string];
const colours = (text: string): Map<string, string> =>
  new Map([...text.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1] ?? "", match[2] ?? ""]));

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, two: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(two)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** Text and the grounds it stands on. */
const PAIRS: Readonly<Record<string, readonly string[]>> = {
  text: ["ground", "surface", "raised", "sunken"],
  muted: ["ground", "surface", "raised", "sunken"],
  accent: ["ground", "surface", "raised"],
  "on-accent": ["accent", "accent-strong"],
  "on-soft": ["soft"],
  "warn-text": ["warn-ground"],
  "bad-text": ["bad-ground", "surface", "ground"],
  "good-text": ["surface"],
  "note-text": ["note-ground"],
  "note-ground": ["note-text"],
  "on-hot": ["hot"],
};

test("every text has a contrast of at least 4.5 on its ground, light and dark", () => {
  for (const [scheme, tokens] of [["light", colours(light)], ["dark", colours(dark)]] as const) {
    for (const [text, grounds] of Object.entries(PAIRS)) {
      for (const ground of grounds) {
        const value = contrast(tokens.get(text) ?? "#000000", tokens.get(ground) ?? "#000000");
        assert.ok(value >= 4.5, `${scheme}: ${text} on ${ground}: ${value.toFixed(2)}`);
      }
    }
  }
});
