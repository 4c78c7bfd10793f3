/** How a chat leaves an operator: closed with what came of it, or given back to the bot. */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { BotStep, Card } from "../../../shared/protocol";
import type { DeskUse } from "../../use";
import { known, titled } from "../../words";
import { Box, Pick } from "./box";

interface Props extends DeskUse {
  readonly card: Card;
  readonly onClose: () => void;
}

export function Close({ client, texts, card, onClose }: Props): JSX.Element {
  const { t } = texts;
  const { outcomes, topics } = client.bot.value;
  const guess = topics.find((topic) => topic.name === card.intent)?.name ?? "";
  const outcome = useSignal(outcomes[0] ?? "");
  const topic = useSignal(guess);
  return (
    <Box
      texts={texts}
      title={t("confirm.title", { name: card.name || t("nameless") })}
      text={t("confirm.text")}
      go={t("confirm.yes")}
      cancel={t("confirm.no")}
      onGo={() => client.command({ type: "close", ...(outcome.value ? { outcome: outcome.value } : {}), ...(topic.value ? { topic: topic.value } : {}) }, card.conversation)}
      onClose={onClose}
    >
      {outcomes.length > 0 && <Pick texts={texts} label={t("confirm.outcome")} options={outcomes.map((one) => ({ key: one, title: known(t, "outcomes", one) }))} value={outcome.value} onPick={(key) => (outcome.value = key)} compact />}
      {topics.length > 0 && <Pick texts={texts} label={t("confirm.topic")} options={topics.map((one) => ({ key: one.name, title: titled(one, texts.language.value) }))} value={topic.value} onPick={(key) => (topic.value = key)} />}
    </Box>
  );
}

export function HandBack({ client, texts, card, onClose }: Props): JSX.Element {
  const { t } = texts;
  const { steps } = client.bot.value;
  const place = useSignal("");
  const called = (one: BotStep): string => titled(one, texts.language.value, known(t, "hand_back_box.steps", one.title.replaceAll(" ", "_"), undefined, one.title));
  const options = [
    { key: "", title: t("hand_back_box.where_it_was") },
    ...steps.map((one) => ({ key: `${one.dialog}/${one.step}`, title: called(one) })),
  ];
  const [dialog = "", step = ""] = place.value.split("/");
  return (
    <Box
      texts={texts}
      title={t("hand_back_box.title")}
      text={t("hand_back_box.text")}
      go={t("hand_back_box.go")}
      onGo={() => client.command({ type: "hand_back", ...(step ? { dialog, step } : {}) }, card.conversation)}
      onClose={onClose}
    >
      {steps.length > 0 && <Pick texts={texts} label={t("hand_back_box.step")} options={options} value={place.value} onPick={(key) => (place.value = key)} search />}
    </Box>
  );
}
