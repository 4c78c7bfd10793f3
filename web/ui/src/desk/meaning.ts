/** Why the bot did what it did with a customer's words. Pure. */

import type { Meaning, Message } from "../shared/protocol";
import type { Translate } from "../shared/texts";
import { known } from "./words";

/** What the language layers said of the message; nothing where they were not asked: the words were an answer, or a command. */
export function weighed(message: Message): Meaning | undefined {
  return message.author === "customer" && message.meaning?.by ? message.meaning : undefined;
}

/** In a few words; `title`: an intent as people call it. */
export function inShort(t: Translate, meaning: Meaning, title: (intent: string) => string): string {
  const intent = meaning.intent ?? "";
  const score = meaning.intents?.find((one) => one.name === intent)?.score ?? 0;
  return t(`meaning.${meaning.did}`, { intent: title(intent), score: percent(score) });
}

/** All that was weighed, a sentence a line. */
export function inFull(t: Translate, meaning: Meaning, title: (intent: string) => string, language: (code: string) => string): readonly string[] {
  const { intents = [], lifted = [], by } = meaning;
  const guesses = intents.slice(0, 3).map((one) => t("meaning.guess", { intent: title(one.name), score: percent(one.score) }));
  const offered = lifted.filter((name) => guesses.length && intents.slice(0, 3).some((one) => one.name === name)).map(title);
  return [
    guesses.length ? t("meaning.guesses", { what: guesses.join(", ") }) : t("meaning.no_guess"),
    ...(offered.length ? [t("meaning.lifted", { what: offered.join(", ") })] : []),
    t("meaning.limits", { language: language(meaning.spoken ?? ""), accept: percent(meaning.accept ?? 0), offer: percent(meaning.offer ?? 0) }),
    ...(by?.read_as ? [t("meaning.read_as", { text: by.read_as })] : []),
    ...(meaning.language ? [t("meaning.language", { language: language(meaning.language) })] : []),
    ...(by?.layer ? [t("meaning.layer", { layer: by.layer })] : []),
    ...(by?.passed ?? []).map((one) => t("meaning.passed", { layer: one.layer, why: known(t, "meaning.why", one.why) })),
  ];
}

/** "82", and "99" for what is not quite certain. */
function percent(share: number): string {
  return String(share < 1 ? Math.min(99, Math.round(share * 100)) : 100);
}
