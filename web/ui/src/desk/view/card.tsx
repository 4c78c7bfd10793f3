/** One conversation in the lists. */

import type { JSX } from "preact";
import type { Card } from "../../shared/protocol";
import { full, shortDay } from "../../shared/times";
import { channelName, known, reasonWords } from "../words";
import type { DeskUse } from "../use";
import { HandleClock, WaitClock } from "./clock";
import { Icon } from "./icon";

interface Props extends DeskUse {
  readonly card: Card;
  readonly onOpen: () => void;
}

export function CardView({ card, client, texts, onOpen }: Props): JSX.Element {
  const { t } = texts;
  const unread = client.unread.value.get(card.conversation) ?? 0;
  const parked = card.phase === "parked";
  const mine = !parked && card.operator === client.me.value.operator;
  const asked = card.consulted?.includes(client.me.value.operator);
  const why = reasonWords(t, card.why, texts.language.value);
  return (
    <button
      type="button"
      class={card.unanswered && (parked || mine) ? "card waits" : "card"}
      data-conversation={card.conversation}
      aria-current={client.opened.value === card.conversation ? "true" : undefined}
      title={why || undefined}
      onFocus={() => (client.cursor.value = card.conversation)}
      onClick={() => {
        client.open(card.conversation);
        onOpen();
      }}
    >
      <span class="row">
        <span class="name" dir="auto">
          {card.name || t("nameless")}
        </span>
        {(parked || (mine && card.unanswered)) && <WaitClock card={card} client={client} texts={texts} />}
      </span>
      <span class="row">
        <span class="preview" dir="auto">
          {card.preview || "…"}
        </span>
        {unread > 0 && (mine || asked) && (
          <span class="count hot">
            {unread}
            <span class="sr"> {t("unread", { count: unread })}</span>
          </span>
        )}
      </span>
      <span class="row tags">
        {(card.priority ?? 0) > 0 && <span class="badge urgent">{t("priority")}</span>}
        {card.callback && <CallBack at={card.callback} client={client} texts={texts} />}
        {card.mood && <span class={`badge mood ${card.mood}`}>{known(t, "mood", card.mood)}</span>}
        <span class="tag">
          {[channelName(t, card.channel), card.language, parked ? card.team : ""].filter(Boolean).join(" · ")}
          {!parked && !mine && <span class="holder">{t("held_by", { name: card.operator_name || card.operator })}</span>}
        </span>
        {!parked && <HandleClock card={card} client={client} texts={texts} />}
      </span>
    </button>
  );
}

/** Due: to be called now. Before that only when, so that nobody takes it for a call that waits. */
function CallBack({ at, client, texts }: DeskUse & { readonly at: string }): JSX.Element {
  const language = texts.language.value;
  const when = full(at, language);
  if (+new Date(at) <= client.tick.value) return <span class="badge call">{texts.t("callback_due")}</span>;
  return (
    <span class="badge ahead" title={texts.t("panel.callback", { when })}>
      <Icon name="clock" />
      <span class="sr">{texts.t("panel.callback", { when })}</span>
      <span aria-hidden="true">{shortDay(at, language)}</span>
    </span>
  );
}
