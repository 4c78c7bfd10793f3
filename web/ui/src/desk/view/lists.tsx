/** The left pane: who waits, my chats, my colleagues' chats. */

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import type { Card } from "../../shared/protocol";
import { stopwatch } from "../../shared/times";
import type { DeskUse } from "../use";
import { Letters } from "./letters";

/** Seconds of waiting after which a card asks for attention. */
const LONG_WAIT = 180;

const now = signal(Date.now());
setInterval(() => (now.value = Date.now()), 1_000);

interface Props extends DeskUse {
  readonly onOpen: () => void;
}

export function Lists(props: Props): JSX.Element {
  const { t } = props.texts;
  const { queue, mine, others } = props.client.groups.value;
  return (
    <aside class="lists pane" aria-label={t("tabs.list")}>
      <Group {...props} title={t("queue.title")} cards={queue} empty={t("queue.empty")} />
      <Group {...props} title={t("mine.title")} cards={mine} empty={t("mine.empty")} />
      <Letters {...props} />
      {others.length > 0 && <Group {...props} title={t("others.title")} cards={others} empty="" grey />}
    </aside>
  );
}

interface GroupProps extends Props {
  readonly title: string;
  readonly cards: readonly Card[];
  readonly empty: string;
  readonly grey?: boolean;
}

function Group({ title, cards, empty, grey, ...props }: GroupProps): JSX.Element {
  return (
    <section class={grey ? "group grey" : "group"}>
      <h2>
        {title} <span class="count">{cards.length}</span>
      </h2>
      {cards.length === 0 && <p class="empty">{empty}</p>}
      <ul>
        {cards.map((card) => (
          <li key={card.conversation}>
            <CardView {...props} card={card} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function CardView({ card, client, texts, onOpen }: Props & { readonly card: Card }): JSX.Element {
  const { t } = texts;
  const unread = client.unread.value.get(card.conversation) ?? 0;
  const waited = now.value + client.clockAhead.value - Date.parse(card.since);
  const parked = card.phase === "parked";
  const other = !parked && card.operator !== client.operator.value;
  return (
    <button
      type="button"
      class={card.unanswered && !other ? "card waits" : "card"}
      data-conversation={card.conversation}
      aria-current={client.opened.value === card.conversation ? "true" : undefined}
      onClick={() => {
        client.open(card.conversation);
        onOpen();
      }}
    >
      <span class="row">
        <span class="name" dir="auto">
          {card.name || t("nameless")}
        </span>
        <span class={parked && waited > LONG_WAIT * 1000 ? "since long" : "since"} title={t(parked ? "waits_since" : "holds_since")}>
          {stopwatch(waited)}
        </span>
      </span>
      <span class="row">
        <span class="preview" dir="auto">
          {card.preview || "…"}
        </span>
        {unread > 0 && !other && <span class="count hot">{unread}</span>}
      </span>
      <span class="row tags">
        <span class="tag">{t(`channels.${card.channel}`) === `channels.${card.channel}` ? card.channel : t(`channels.${card.channel}`)}</span>
        {card.language && <span class="tag">{card.language}</span>}
        {card.team && <span class="tag">{card.team}</span>}
        {other && <span class="tag holder">{t("held_by", { name: card.operator_name || card.operator })}</span>}
      </span>
    </button>
  );
}
