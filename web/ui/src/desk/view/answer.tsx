/** The answer box: for the holder an answer or an internal note, for others a note. Drafts stay with their conversation. */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { Card } from "../../shared/protocol";
import type { Mode } from "../keep";
import type { DeskUse } from "../use";
import { keyed } from "./actions";
import { Icon } from "./icon";
import { Writing } from "./writing";

export function AnswerBox(props: DeskUse & { readonly card: Card }): JSX.Element {
  const { client, texts, card } = props;
  const { t } = texts;
  const can = client.rights.value;
  const mode = useSignal<Mode>("answer");
  const open = useSignal(false);
  if (can?.reply) return <Modes {...props} mode={mode} />;
  if (open.value && can?.note) return <Writing key="note" {...props} mode="note" onLeave={() => (open.value = false)} />;
  const why = can?.holder ? t("only_holder", { name: can.holder }) : t(card.phase === "parked" ? "claim_first" : `status.${card.phase}`);
  return (
    <div class="answer closed">
      <p>{why}</p>
      {can?.note && (
        <button type="button" class="quiet" data-note title={keyed(t("note.title"), "n")} onClick={() => (open.value = true)}>
          <Icon name="note" /> {t("note.title")}
        </button>
      )}
    </div>
  );
}

function Modes({ mode, ...props }: DeskUse & { readonly card: Card; readonly mode: { value: Mode } }): JSX.Element {
  const { t } = props.texts;
  const modes: readonly Mode[] = ["answer", "note"];
  return (
    <div class={mode.value === "note" ? "writer noting" : "writer"}>
      <div class="modes" role="group" aria-label={t("mode.title")}>
        {modes.map((one) => (
          <button
            type="button"
            key={one}
            data-mode={one}
            aria-pressed={mode.value === one}
            title={keyed(t(`mode.${one}_hint`), one === "note" ? "n" : "r")}
            onClick={() => (mode.value = one)}
          >
            {one === "note" && <Icon name="note" />}
            {t(`mode.${one}`)}
          </button>
        ))}
      </div>
      <Writing key={mode.value} {...props} mode={mode.value} />
    </div>
  );
}
