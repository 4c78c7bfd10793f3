/** What can go with an answer besides words and files: buttons to press, a place on the map. */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { Card } from "../../../shared/protocol";
import { parsePlace } from "../../place";
import type { DeskUse } from "../../use";
import { Box, Field } from "./box";

const MOST = 10;
/** Letters on a button that every channel shows. */
const LONGEST = 20;

interface Props extends DeskUse {
  readonly card: Card;
  readonly onClose: () => void;
}

export function Buttons({ client, texts, onClose }: Props): JSX.Element {
  const { t } = texts;
  const labels = useSignal<readonly string[]>(client.buttons.value.length ? client.buttons.value : [""]);
  const filled = [...new Set(labels.value.map((label) => label.trim()).filter(Boolean))];
  const set = (index: number, value: string): void => {
    const next = labels.value.map((label, at) => (at === index ? value : label));
    // There is always an empty one to write in.
    labels.value = next.at(-1)?.trim() && next.length < MOST ? [...next, ""] : next;
  };
  return (
    <Box texts={texts} title={t("buttons.title")} text={t("buttons.text")} go={t("buttons.go")} ready={filled.length > 0} onGo={() => (client.buttons.value = filled)} onClose={onClose}>
      {labels.value.map((label, index) => (
        <Field key={index} label={t("buttons.label", { number: index + 1 })} value={label} onInput={(value) => set(index, value)} first={index === 0} maxLength={LONGEST} />
      ))}
    </Box>
  );
}

export function Place({ client, texts, card, onClose }: Props): JSX.Element {
  const { t } = texts;
  const words = useSignal("");
  const place = parsePlace(words.value);
  return (
    <Box texts={texts} title={t("place.title")} text={t("place.text")} go={t("place.go")} ready={place !== undefined} onGo={() => place && client.say(card.conversation, { type: "reply", location: place })} onClose={onClose}>
      <Field label={t("place.label")} value={words.value} onInput={(value) => (words.value = value)} first hint={words.value && !place ? t("place.wrong") : place ? `${place.latitude}, ${place.longitude}` : "53.5511, 9.9937"} />
    </Box>
  );
}
