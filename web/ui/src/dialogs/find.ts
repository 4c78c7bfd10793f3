/** Finding things in the dialogs. Pure. */

import type { Dialog, Dialogs, Labels, Step } from "../shared/protocol";

export interface Found {
  readonly dialog: string;
  readonly step: string;
}

/** Steps whose name, texts or buttons hold all the words, in any language. */
export function found(dialogs: Dialogs, query: string): readonly Found[] {
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  return dialogs.dialogs.flatMap((dialog) =>
    dialog.steps
      .filter((step) => {
        const all = haystack(step);
        return words.every((word) => all.includes(word));
      })
      .map((step) => ({ dialog: dialog.name, step: step.name })),
  );
}

function haystack(step: Step): string {
  const labels = [step.texts, ...step.options.map((option) => option.labels)].flatMap((each) => Object.values(each));
  return [step.name, ...step.options.map((option) => option.name), ...labels].join("\n").toLocaleLowerCase();
}

/** The words in that language, else in the dialogs' own, else none. */
export function label(labels: Labels, language: string, source: string): string {
  return labels[language] || labels[source] || "";
}

/** Where a way leads: `step` stays in the dialog, `dialog/step` leaves it. */
export function target(to: string, dialog: string): Found {
  const at = to.indexOf("/");
  return at < 0 ? { dialog, step: to } : { dialog: to.slice(0, at), step: to.slice(at + 1) };
}

/** The steps from which a way leads here. */
export function comesFrom(dialog: Dialog, step: string): readonly string[] {
  return dialog.steps.filter((other) => other.ways.some((way) => way.to === step || way.to === `${dialog.name}/${step}`)).map((other) => other.name);
}
