/** Above the conversation: who it is, how it stands and why, and everything that can be done with it. */

import type { JSX } from "preact";
import type { Card } from "../../shared/protocol";
import { openable, TOOLS } from "../tools";
import type { DeskUse } from "../use";
import { channelName, languageName, reasonWords } from "../words";
import { HandleClock, WaitClock } from "./clock";
import { Icon } from "./icon";

interface Props extends DeskUse {
  readonly card: Card;
}

export function Actions(props: Props): JSX.Element {
  const { client, texts, card } = props;
  const { t } = texts;
  const can = client.rights.value;
  return (
    <header class="actions">
      <div class="title">
        <h2 dir="auto">{card.name || t("nameless")}</h2>
        <p>
          {channelName(t, card.channel)}
          {card.language && ` · ${languageName(card.language)}`}
          {card.team && ` · ${card.team}`}
        </p>
      </div>
      <Standing {...props} />
      {can?.claim && (
        <button type="button" class="primary" title={keyed(t("claim"), "c")} disabled={client.busy.value.has("claim")} onClick={() => client.command({ type: "claim" }, card.conversation)}>
          {t("claim")}
        </button>
      )}
      {(can?.reply || can?.transfer) && <Tools {...props} />}
    </header>
  );
}

/** How it stands in words: with whom, why it came to them, or why it still waits. */
function Standing({ card, client, texts }: Props): JSX.Element {
  const { t } = texts;
  const can = client.rights.value;
  const why = reasonWords(t, card.why, texts.language.value);
  const status = can?.holder ? t("held_by", { name: can.holder }) : card.phase === "with_operator" ? t("status.mine") : t(`status.${card.phase}`);
  const prefer = card.phase === "parked" && card.prefer ? t("preferred", { name: client.nameOf(card.prefer) }) : "";
  return (
    <div class="standing">
      <p>
        <span class="status">{status}</span>
        {card.phase === "parked" && <WaitClock card={card} client={client} texts={texts} />}
        {card.phase === "with_operator" && <HandleClock card={card} client={client} texts={texts} wide />}
      </p>
      {(why || prefer) && <p class="why">{[why, prefer].filter(Boolean).join(" ")}</p>}
    </div>
  );
}

function Tools({ client, texts }: Props): JSX.Element {
  const { t } = texts;
  return (
    <div class="tools" role="group" aria-label={t("tools.title")}>
      {TOOLS.filter((tool) => openable(client, tool.box)).map(({ box, icon, key }) => (
        <button type="button" key={box} class={box === "close" ? "tool end" : "tool"} title={keyed(t(`tools.${box}_hint`), key)} disabled={client.busy.value.has(box)} onClick={() => (client.box.value = box)}>
          <Icon name={icon} />
          {t(box === "close" || box === "hand_back" ? box : `tools.${box}`)}
        </button>
      ))}
    </div>
  );
}

export function keyed(words: string, key: string): string {
  return `${words} (${key})`;
}
