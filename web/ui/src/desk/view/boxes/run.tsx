/** An action of the back-end, with a form made from its arguments. What comes of it is noted in the chat. */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { BotAction, Card, Panel } from "../../../shared/protocol";
import { argument, asked } from "../../arguments";
import type { DeskUse } from "../../use";
import { Box, Field, Pick } from "./box";

const HINTED = new Set(["date", "time", "time_slot", "phone", "email", "number", "money", "rating"]);

interface Props extends DeskUse {
  readonly card: Card;
  readonly panel: Panel;
  readonly onClose: () => void;
}

export function Run({ client, texts, card, panel, onClose }: Props): JSX.Element {
  const { t } = texts;
  const actions = client.bot.value.actions;
  const name = useSignal(actions.length === 1 ? (actions[0]?.name ?? "") : "");
  const values = useSignal<Readonly<Record<string, string>>>({});
  const action = actions.find((one) => one.name === name.value);
  const pick = (key: string): void => {
    name.value = key;
    values.value = prefilled(actions.find((one) => one.name === key), panel);
  };
  const filled = action && asked(action.arguments, values.value);
  return (
    <Box
      texts={texts}
      title={t("run.title")}
      text={t("run.text")}
      go={t("run.go")}
      ready={filled !== undefined}
      onGo={() => action && filled && client.command({ type: "run", action: action.name, arguments: filled }, card.conversation)}
      onClose={onClose}
    >
      <Pick texts={texts} label={t("run.action")} options={actions.map((one) => ({ key: one.name, title: one.title || one.name }))} value={name.value} onPick={pick} />
      {action?.arguments.map(({ name: one, type: wanted }) => {
        const optional = wanted.endsWith("?");
        const type = optional ? wanted.slice(0, -1) : wanted;
        const label = one.replace(/_/g, " ");
        const value = values.value[one] ?? "";
        const set = (next: string): void => void (values.value = { ...values.value, [one]: next });
        const wrong = value !== "" && argument(type, value) === undefined;
        return type === "bool" || type === "yes_no" ? (
          <label key={one} class="check">
            <input type="checkbox" checked={value === "true"} onChange={(event) => set(String(event.currentTarget.checked))} /> {label}
          </label>
        ) : (
          <Field key={one} label={label} value={value} onInput={set} hint={wrong ? t("run.number") : hint(texts, type, optional)} />
        );
      })}
    </Box>
  );
}

/** How it may be written, where the words of the field do not say so. */
function hint({ t }: DeskUse["texts"], type: string, optional: boolean): string {
  return [HINTED.has(type) ? t(`run.kinds.${type}`) : "", optional ? t("run.optional") : ""].filter(Boolean).join(" · ");
}

/** What is known already stands in the form. */
function prefilled(action: BotAction | undefined, panel: Panel): Readonly<Record<string, string>> {
  const known = new Map(panel.facts.map((fact) => [fact.name, fact.value]));
  const values: Record<string, string> = {};
  for (const { name } of action?.arguments ?? []) {
    const value = known.get(name);
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") values[name] = String(value);
  }
  return values;
}
