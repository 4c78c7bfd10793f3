/** What the customer wanted with a message: the bot's editors learn from it. */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { Card, Message } from "../../../shared/protocol";
import type { DeskUse } from "../../use";
import { quoted, titled } from "../../words";
import { Box, Pick } from "./box";

interface Props extends DeskUse {
  readonly card: Card;
  readonly message: Message;
  readonly onClose: () => void;
}

const NOTHING = "-";
const UNDO = "<";

export function Label({ client, texts, card, message, onClose }: Props): JSX.Element {
  const { t } = texts;
  const reader = texts.language.value;
  const label = client.labels.value.get(message.id);
  const chosen = useSignal(label ? label.intent || NOTHING : "");
  const words = message.content.kind === "text" ? message.content.text : "";
  const options = [
    ...client.bot.value.topics.map((one) => ({ key: one.name, title: titled(one, reader) })).sort((a, b) => a.title.localeCompare(b.title, reader)),
    { key: NOTHING, title: t("label.nothing") },
    ...(label ? [{ key: UNDO, title: t("label.undo"), about: t("label.by", { name: label.name }) }] : []),
  ];
  return (
    <Box
      texts={texts}
      title={t("label.title")}
      text={quoted(words.length > 200 ? `${words.slice(0, 200)}…` : words, reader)}
      go={t("label.go")}
      ready={chosen.value !== "" && chosen.value !== (label ? label.intent || NOTHING : "")}
      onGo={() => {
        const intent = chosen.value === UNDO ? null : chosen.value === NOTHING ? "" : chosen.value;
        client.command({ type: "label", message_id: message.id, intent }, card.conversation);
      }}
      onClose={onClose}
    >
      <Pick texts={texts} label={t("label.which")} options={options} value={chosen.value} onPick={(key) => (chosen.value = key)} search />
    </Box>
  );
}
