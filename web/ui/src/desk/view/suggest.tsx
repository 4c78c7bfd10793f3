/** Above the box: canned replies or colleagues that fit what is being written. Arrow keys choose, Enter takes, Escape leaves. */

import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Texts } from "../../shared/texts";
import { matching, type Query } from "../suggest";
import type { DeskUse } from "../use";
import { fileName } from "../words";

const MOST = 50;

interface Item {
  readonly key: string;
  readonly title: string;
  readonly about: string;
  /** What stands in the box when it is taken. */
  readonly text: string;
  /** A file that it brings. */
  readonly file?: string | null | undefined;
}

export interface Choice {
  /** There is something to take. */
  readonly active: boolean;
  readonly open: boolean;
  readonly kind: Query["kind"];
  readonly items: readonly Item[] | undefined;
  readonly at: number;
  readonly pick: (index: number) => void;
  readonly move: (index: number) => void;
  /** True if the key was for the list. */
  readonly onKey: (event: KeyboardEvent) => boolean;
}

export function useChoice({ client }: DeskUse, query: Signal<Query | undefined>, take: (text: string) => void): Choice {
  const at = useSignal({ query: "", index: 0 });
  const asked = query.value;
  const items = asked ? fitting(client, asked) : [];
  const count = items?.length ?? 0;
  // Another word begins at the top again.
  const key = `${asked?.kind} ${asked?.word}`;
  const index = at.value.query === key ? Math.min(at.value.index, Math.max(0, count - 1)) : 0;
  const move = (to: number): void => void (at.value = { query: key, index: to });
  const pick = (chosen: number): void => {
    const item = items?.[chosen];
    if (item?.file) client.enclosed.value = item.file;
    if (item) take(item.text);
  };
  return {
    active: Boolean(asked && count),
    open: Boolean(asked && (asked.kind === "canned" || count)),
    kind: asked?.kind ?? "canned",
    items,
    at: index,
    pick,
    move,
    onKey: (event) => {
      if (!asked || event.isComposing) return false;
      const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 5, PageUp: -5 }[event.key];
      if (event.key === "Escape") query.value = undefined;
      else if (step && count) move(Math.abs(step) > 1 ? Math.min(count - 1, Math.max(0, index + step)) : (index + step + count) % count);
      else if ((event.key === "Enter" || event.key === "Tab") && count && !event.shiftKey) pick(index);
      else return false;
      event.preventDefault();
      event.stopPropagation();
      return true;
    },
  };
}

function fitting(client: DeskUse["client"], { kind, word }: Query): readonly Item[] | undefined {
  if (kind === "mention") {
    const all = client.colleagues.value.map(({ operator, name, status, teams }) => ({ key: operator, title: name, about: [status, ...teams].join(" "), text: name }));
    return matching(all, word, (item) => item.title).slice(0, 8);
  }
  const all = client.canned.value?.map(({ name, title, text, attach }) => ({ key: name, title: title || name, about: text, text, file: attach }));
  return all && matching(all, word, (item) => `${item.title} ${item.key}`, (item) => item.about).slice(0, MOST);
}

export function Suggest({ choice, texts }: { readonly choice: Choice; readonly texts: Texts }): JSX.Element | null {
  const { t } = texts;
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => list.current?.children[choice.at]?.scrollIntoView({ block: "nearest" }), [choice.at, choice.open]);
  if (!choice.open) return null;
  const chosen = choice.items?.[choice.at];
  return (
    <div class={`suggest ${choice.kind}`}>
      {!choice.items && <p class="empty">{t("loading")}</p>}
      {choice.items && choice.items.length === 0 && <p class="empty">{t("canned.none")}</p>}
      <ul ref={list} id="suggest" role="listbox" aria-label={t(choice.kind === "canned" ? "extras.canned" : "mention")}>
        {choice.items?.map((item, index) => (
          <li
            key={item.key}
            id={`suggest-${index}`}
            role="option"
            aria-selected={index === choice.at}
            onMouseMove={() => choice.move(index)}
            onMouseDown={(event) => {
              event.preventDefault();
              choice.pick(index);
            }}
          >
            <span class="name" dir="auto">
              {item.title}
            </span>
            {choice.kind === "canned" && item.key !== item.title && <span class="short">/{item.key}</span>}
          </li>
        ))}
      </ul>
      {choice.kind === "canned" && chosen && (
        <p class="sample" dir="auto">
          {chosen.about}
          {chosen.file && `\n\n📎 ${fileName(chosen.file)}`}
        </p>
      )}
    </div>
  );
}
