/** To hand a chat over, or to ask a colleague in: who is there, how busy they are, and why. */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { Card, Seat } from "../../../shared/protocol";
import type { Texts } from "../../../shared/texts";
import type { DeskUse } from "../../use";
import { Box, Field, Pick, type Option } from "./box";

interface Props extends DeskUse {
  readonly card: Card;
  readonly onClose: () => void;
}

/** Those who could take it first. */
function people(seats: readonly Seat[], texts: Texts): readonly Option[] {
  const rank = (seat: Seat): number => ["available", "busy", "away"].indexOf(seat.status) * 1000 + (seat.load >= seat.capacity ? 500 : 0) + seat.load;
  return [...seats]
    .sort((a, b) => rank(a) - rank(b))
    .map((seat) => ({
      key: seat.operator,
      title: seat.name,
      dot: seat.status,
      about: [texts.t(`presence.${seat.status}`), texts.t("load", { load: seat.load, capacity: seat.capacity }), seat.teams.join(", "), seat.languages.join(" ")].filter(Boolean).join(" · "),
    }));
}

export function Transfer({ client, texts, card, onClose }: Props): JSX.Element {
  const { t } = texts;
  const target = useSignal("");
  const reason = useSignal("");
  const teams = client.bot.value.teams.filter((team) => team !== card.team || card.phase === "with_operator");
  const options: readonly Option[] = [
    ...teams.map((team) => ({ key: `team ${team}`, title: t("transfer.team", { team }), dot: "team", about: waiting(client, texts, team) })),
    ...people(client.colleagues.value, texts).map((one) => ({ ...one, key: `to ${one.key}` })),
  ];
  const [kind = "", ...rest] = target.value.split(" ");
  return (
    <Box
      texts={texts}
      title={t("transfer.title")}
      text={t("transfer.text")}
      go={t("transfer.go")}
      ready={kind !== "" && reason.value.trim() !== ""}
      onGo={() => client.command({ type: "transfer", [kind]: rest.join(" "), reason: reason.value.trim() }, card.conversation)}
      onClose={onClose}
    >
      <Pick texts={texts} label={t("transfer.to")} options={options} value={target.value} onPick={(key) => (target.value = key)} />
      <Field label={t("transfer.reason")} value={reason.value} onInput={(value) => (reason.value = value)} lines={2} hint={t("transfer.reason_hint")} />
    </Box>
  );
}

function waiting(client: DeskUse["client"], texts: Texts, team: string): string {
  const count = client.all.value.queue.filter((card) => card.team === team).length;
  return texts.t("transfer.waiting", { count });
}

export function Consult({ client, texts, card, onClose }: Props): JSX.Element {
  const { t } = texts;
  const colleague = useSignal("");
  const question = useSignal("");
  const others = client.colleagues.value.filter((seat) => !card.consulted?.includes(seat.operator));
  return (
    <Box
      texts={texts}
      title={t("consult.title")}
      text={t("consult.text")}
      go={t("consult.go")}
      ready={colleague.value !== "" && question.value.trim() !== ""}
      onGo={() => client.command({ type: "consult", colleague: colleague.value, question: question.value.trim() }, card.conversation)}
      onClose={onClose}
    >
      {others.length === 0 ? (
        <p class="empty">{t("consult.nobody")}</p>
      ) : (
        <Pick texts={texts} label={t("consult.who")} options={people(others, texts)} value={colleague.value} onPick={(key) => (colleague.value = key)} />
      )}
      <Field label={t("consult.question")} value={question.value} onInput={(value) => (question.value = value)} lines={3} />
    </Box>
  );
}
