/** A call-back: a team's free times day by day, the number, what it is about; a planned one can be called off. */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Card, Planned } from "../../../shared/protocol";
import { clock, full, shortDay } from "../../../shared/times";
import { byDay } from "../../slots";
import type { DeskUse } from "../../use";
import { Box, Field } from "./box";

interface Props extends DeskUse {
  readonly card: Card;
  readonly planned: Planned | undefined;
  readonly phone: string;
  readonly onClose: () => void;
}

export function Plan({ client, texts, card, planned, phone, onClose }: Props): JSX.Element {
  const { t } = texts;
  const team = useSignal(card.team || client.bot.value.teams[0] || "");
  const begin = useSignal("");
  const number = useSignal(planned?.phone || phone);
  const topic = useSignal(planned?.topic ?? "");
  useEffect(() => client.askSlots(team.value), [team.value]);
  const pickTeam = (value: string): void => {
    team.value = value;
    begin.value = "";
  };
  return (
    <Box
      wide
      texts={texts}
      title={t("plan.title")}
      text={t("plan.text")}
      go={t("plan.go")}
      ready={begin.value !== ""}
      onGo={() => client.command({ type: "plan", begin: begin.value, phone: number.value.trim(), topic: topic.value.trim(), team: team.value }, card.conversation)}
      onClose={onClose}
    >
      {planned && <Current client={client} texts={texts} card={card} planned={planned} onClose={onClose} />}
      {client.bot.value.teams.length > 1 && (
        <label class="field">
          <span>{t("filter.team")}</span>
          <select value={team.value} onChange={(event) => pickTeam(event.currentTarget.value)}>
            {client.bot.value.teams.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
      )}
      <Times client={client} texts={texts} team={team.value} value={begin.value} onPick={(slot) => (begin.value = slot)} />
      <div class="pair">
        <Field label={t("plan.phone")} type="tel" value={number.value} onInput={(value) => (number.value = value)} hint={t("plan.phone_hint")} maxLength={40} />
        <Field label={t("plan.topic")} value={topic.value} onInput={(value) => (topic.value = value)} maxLength={200} />
      </div>
    </Box>
  );
}

interface CurrentProps extends DeskUse {
  readonly card: Card;
  readonly planned: Planned;
  readonly onClose: () => void;
}

/** To call off is asked twice in one place: the customer relies on it. */
function Current({ client, texts, card, planned, onClose }: CurrentProps): JSX.Element {
  const { t } = texts;
  const sure = useSignal(false);
  const when = full(planned.begin, texts.language.value);
  return (
    <p class="current">
      <span>{t("plan.planned", { when })}</span>
      <button
        type="button"
        class={sure.value ? "danger" : ""}
        onClick={() => {
          if (!sure.value) return void (sure.value = true);
          client.command({ type: "plan" }, card.conversation);
          onClose();
        }}
      >
        {t(sure.value ? "plan.sure" : "plan.off")}
      </button>
    </p>
  );
}

interface TimesProps extends DeskUse {
  readonly team: string;
  readonly value: string;
  readonly onPick: (slot: string) => void;
}

function Times({ client, texts, team, value, onPick }: TimesProps): JSX.Element {
  const { t } = texts;
  const language = texts.language.value;
  const picked = useSignal(0);
  const { team: answered, slots } = client.slots.value;
  if (!slots || answered !== team) return <p class="empty tall">{t("loading")}</p>;
  const days = byDay(slots);
  const chosen = days[Math.min(picked.value, days.length - 1)];
  if (!chosen) return <p class="empty tall">{t("plan.none")}</p>;
  return (
    <div class="times">
      <div class="days" role="group" aria-label={t("plan.day")}>
        {days.map(({ day: one, slots: free }, index) => (
          <button type="button" key={one} aria-pressed={chosen.day === one} onClick={() => (picked.value = index)}>
            {shortDay(one, language)} <span class="count">{free.length}</span>
          </button>
        ))}
      </div>
      <fieldset class="hours">
        <legend class="sr">{t("plan.time")}</legend>
        {chosen.slots.map((slot) => (
          <label key={slot}>
            <input type="radio" name="slot" value={slot} checked={slot === value} onChange={() => onPick(slot)} />
            <span>{clock(slot, language)}</span>
          </label>
        ))}
      </fieldset>
    </div>
  );
}
