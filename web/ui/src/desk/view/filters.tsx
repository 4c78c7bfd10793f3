/** Above the lists: words to search for, the order, and choices. */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { ALL, choices, offered, type Filter } from "../order";
import { channelName, known, languageName } from "../words";
import type { DeskUse } from "../use";
import { Icon } from "./icon";

/** Minutes of waiting to choose from. */
const WAITS: readonly number[] = [1, 3, 5, 10, 30];

export function Filters({ client, texts }: DeskUse): JSX.Element {
  const { t } = texts;
  const open = useSignal(false);
  const filter = client.filter.value;
  const active = choices(filter);
  const set = (change: Partial<Filter>): void => client.view({ filter: { ...filter, ...change } });
  return (
    <div class="filters" role="search" aria-label={t("filter.title")}>
      <div class="line">
        <label class="find">
          <Icon name="search" />
          <input
            type="search"
            value={filter.text}
            placeholder={t("filter.text")}
            aria-label={t("filter.text")}
            title={`${t("filter.text")} (/)`}
            onInput={(event) => set({ text: event.currentTarget.value })}
          />
        </label>
        <button
          type="button"
          class={active ? "square chosen" : "square"}
          aria-expanded={open.value}
          title={t("filter.title")}
          aria-label={active ? t("filter.active", { count: active }) : t("filter.title")}
          onClick={() => (open.value = !open.value)}
        >
          <Icon name="filter" />
          {active > 0 && <span class="dot" aria-hidden="true" />}
        </button>
      </div>
      {open.value && <Choices client={client} texts={texts} set={set} />}
      {!open.value && active > 0 && (
        <p class="active">
          {t("filter.active", { count: active })}
          <button type="button" class="link" onClick={() => set({ ...ALL, text: filter.text })}>
            {t("filter.clear")}
          </button>
        </p>
      )}
    </div>
  );
}

function Choices({ client, texts, set }: DeskUse & { readonly set: (change: Partial<Filter>) => void }): JSX.Element {
  const { t } = texts;
  const filter = client.filter.value;
  const cards = client.cards.value;
  const teams = [...new Set([...client.bot.value.teams, ...offered(cards, "team")])];
  return (
    <div class="choices">
      <Choice name={t("filter.team")} any={t("filter.any")} value={filter.team} options={teams.map((one) => [one, one])} onPick={(team) => set({ team })} />
      <Choice name={t("filter.language")} any={t("filter.any")} value={filter.language} options={offered(cards, "language").map((one) => [one, languageName(one)])} onPick={(language) => set({ language })} />
      <Choice name={t("filter.channel")} any={t("filter.any")} value={filter.channel} options={offered(cards, "channel").map((one) => [one, channelName(t, one)])} onPick={(channel) => set({ channel })} />
      <Choice name={t("filter.mood")} any={t("filter.any")} value={filter.mood} options={["anger", "urgency"].map((one) => [one, known(t, "mood", one)])} onPick={(mood) => set({ mood })} />
      <Choice
        name={t("filter.waiting")}
        any={t("filter.any")}
        value={filter.waiting ? String(filter.waiting) : ""}
        options={WAITS.map((one) => [String(one * 60), t("filter.longer", { count: one })])}
        onPick={(value) => set({ waiting: Number(value) })}
      />
    </div>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly any?: string;
  readonly value: string;
  readonly options: readonly (readonly [string, string])[];
  readonly onPick: (value: string) => void;
}

function Choice({ name, any, value, options, onPick }: ChoiceProps): JSX.Element {
  return (
    <label class="choice">
      <span>{name}</span>
      <select value={value} onChange={(event) => onPick(event.currentTarget.value)}>
        {any && <option value="">{any}</option>}
        {options.map(([key, label]) => (
          <option key={key} value={key}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}
