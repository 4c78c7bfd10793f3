/** Claim, hand back, close; closing asks first. */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Card } from "../../shared/protocol";
import type { DeskUse } from "../use";

export function Actions({ client, texts, card }: DeskUse & { readonly card: Card }): JSX.Element {
  const { t } = texts;
  const asking = useSignal(false);
  const can = client.rights.value;
  const busy = client.busy.value;
  const command = (type: "claim" | "hand_back" | "close") => () => client.command(type, card.conversation);
  const status = can?.holder
    ? t("held_by", { name: can.holder })
    : card.phase === "parked"
      ? t("status.parked")
      : card.phase === "with_operator"
        ? t("status.mine")
        : t(`status.${card.phase}`);
  return (
    <header class="actions">
      <div class="title">
        <h2 dir="auto">{card.name || t("nameless")}</h2>
        <p>{status}</p>
      </div>
      {can?.claim && (
        <button type="button" class="primary" disabled={busy.has("claim")} onClick={command("claim")}>
          {t("claim")}
        </button>
      )}
      {can?.reply && (
        <>
          <button type="button" disabled={busy.has("hand_back")} onClick={command("hand_back")}>
            {t("hand_back")}
          </button>
          <button type="button" disabled={busy.has("close")} onClick={() => (asking.value = true)}>
            {t("close")}
          </button>
        </>
      )}
      {asking.value && (
        <Confirm
          texts={texts}
          name={card.name || t("nameless")}
          onAnswer={(yes) => {
            asking.value = false;
            if (yes) client.command("close", card.conversation);
          }}
        />
      )}
    </header>
  );
}

interface ConfirmProps extends Pick<DeskUse, "texts"> {
  readonly name: string;
  readonly onAnswer: (yes: boolean) => void;
}

function Confirm({ texts, name, onAnswer }: ConfirmProps): JSX.Element {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => box.current?.showModal(), []);
  return (
    <dialog ref={box} class="box" aria-labelledby="confirm-title" onClose={() => onAnswer(box.current?.returnValue === "yes")}>
      <h2 id="confirm-title">{texts.t("confirm.title", { name })}</h2>
      <p>{texts.t("confirm.text")}</p>
      <form method="dialog" class="choices">
        <button type="submit" value="no">
          {texts.t("confirm.no")}
        </button>
        <button type="submit" value="yes" class="primary">
          {texts.t("confirm.yes")}
        </button>
      </form>
    </dialog>
  );
}
