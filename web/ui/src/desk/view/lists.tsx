/** The left pane: where I was asked in, my chats, who waits, my colleagues' chats. Only the cards in sight are drawn. */

import { signal, useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Card } from "../../shared/protocol";
import { GROUP_NAMES, ORDERS, type GroupName, type Order } from "../order";
import { range } from "../windowed";
import type { DeskUse } from "../use";
import { CardView } from "./card";
import { Filters } from "./filters";
import { Icon } from "./icon";
import { Letters } from "./letters";

/** Pixels from one card to the next: `--card` of the style sheet. */
const ROW = 80;

interface Props extends DeskUse {
  readonly onOpen: () => void;
}

/** What is seen of the lists, in pixels. */
const seen = signal({ top: 0, height: 900 });

export function Lists(props: Props): JSX.Element {
  const { client, texts } = props;
  const { t } = texts;
  const box = useRef<HTMLDivElement>(null);
  const groups = client.groups.value;
  useEffect(() => {
    const watch = new ResizeObserver(() => look(box.current));
    if (box.current) watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return (
    <aside class="lists pane" aria-label={t("tabs.list")}>
      <Filters client={client} texts={texts} />
      <div class="scroll" ref={box} onScroll={() => look(box.current)}>
        {GROUP_NAMES.map((name) => {
          const cards = groups[name];
          const needed = name === "mine" || name === "queue" || cards.length > 0;
          return (
            <>
              {name === "others" && <Letters {...props} />}
              {needed && <Group key={name} {...props} name={name} cards={cards} all={client.all.value[name].length} />}
            </>
          );
        })}
      </div>
    </aside>
  );
}

function look(box: HTMLElement | null): void {
  if (!box?.clientHeight) return;
  const { top, height } = seen.value;
  // Less than half a card changes nothing.
  if (Math.abs(box.scrollTop - top) < ROW / 2 && height === box.clientHeight) return;
  seen.value = { top: box.scrollTop, height: box.clientHeight };
}

interface GroupProps extends Props {
  readonly name: GroupName;
  readonly cards: readonly Card[];
  /** How many there are without the choice. */
  readonly all: number;
}

function Group({ name, cards, all, ...props }: GroupProps): JSX.Element {
  const { client, texts } = props;
  const { t } = texts;
  const folded = client.folded.value.includes(name);
  const fold = (): void => client.view({ folded: folded ? client.folded.value.filter((one) => one !== name) : [...client.folded.value, name] });
  const list = useRef<HTMLUListElement>(null);
  const offset = useSignal(0);
  useLayoutEffect(() => measure(list, offset));
  const hidden = all - cards.length;
  return (
    <section class={`group ${name}${name === "others" ? " grey" : ""}`}>
      <div class="head">
        <h2>
        <button type="button" class="fold" aria-expanded={!folded} onClick={fold}>
          <span class="title">{t(`${name}.title`)}</span> <span class={name === "asked" ? "count hot" : "count"}>{hidden ? `${cards.length}/${all}` : cards.length}</span>
          <Icon name="fold" />
        </button>
        </h2>
        {name === "queue" && <OrderPicker client={client} texts={texts} />}
      </div>
      {!folded && cards.length === 0 && <p class="empty">{t(hidden ? "filter.none" : `${name}.empty`)}</p>}
      {!folded && <Cards {...props} cards={cards} list={list} offset={offset} />}
    </section>
  );
}

function OrderPicker({ client, texts }: DeskUse): JSX.Element {
  return (
    <select class="order" aria-label={texts.t("order.title")} value={client.order.value} onChange={(event) => client.view({ order: event.currentTarget.value as Order })}>
      {ORDERS.map((one) => (
        <option key={one} value={one}>
          {texts.t(`order.${one}`)}
        </option>
      ))}
    </select>
  );
}

/** Where the list begins can change with everything above it. */
function measure(list: { readonly current: HTMLElement | null }, offset: Signal<number>): void {
  const top = list.current?.offsetTop ?? 0;
  if (top !== offset.value) offset.value = top;
}

interface CardsProps extends Props {
  readonly cards: readonly Card[];
  readonly list: { current: HTMLUListElement | null };
  readonly offset: Signal<number>;
}

function Cards({ cards, list, offset, ...props }: CardsProps): JSX.Element {
  const { top, height } = seen.value;
  const { from, to } = range(cards.length, ROW, top - offset.value, height);
  const cursor = props.client.cursor.value;
  return (
    <ul ref={list} style={{ height: `${cards.length * ROW}px` }}>
      {cards.map((card, index) =>
        // What the keyboard is at stays, even out of sight.
        (index >= from && index < to) || card.conversation === cursor ? (
          <li key={card.conversation} style={{ top: `${index * ROW}px` }} aria-setsize={cards.length} aria-posinset={index + 1}>
            <CardView {...props} card={card} />
          </li>
        ) : null,
      )}
    </ul>
  );
}
