/** Below a customer's words: what they were about, as an operator said, or the way to say so. */

import type { JSX } from "preact";
import type { Message } from "../../shared/protocol";
import type { Texts } from "../../shared/texts";
import type { DeskClient } from "../client";
import { learnable } from "../labels";
import type { DeskUse } from "../use";
import { titled } from "../words";
import { Icon } from "./icon";

export function LabelView({ client, texts, message }: DeskUse & { readonly message: Message }): JSX.Element | null {
  // An earlier conversation may be of another chat.
  if (!learnable(message) || client.earlier.value) return null;
  const { t } = texts;
  const label = client.labels.value.get(message.id);
  const said = label && (label.intent ? t("label.said", { intent: intentTitle(client, texts, label.intent) }) : t("label.said_nothing"));
  return (
    <button
      type="button"
      class={said ? "link label said" : "link label"}
      title={t("label.hint")}
      aria-haspopup="dialog"
      onClick={() => {
        client.labelling.value = message;
        client.box.value = "label";
      }}
    >
      <Icon name="label" /> <span dir="auto">{said ?? t("label.ask")}</span>
    </button>
  );
}

export function intentTitle(client: DeskClient, texts: Texts, intent: string): string {
  const topic = client.bot.value.topics.find((one) => one.name === intent);
  return topic ? titled(topic, texts.language.value) : intent.replaceAll("_", " ");
}
