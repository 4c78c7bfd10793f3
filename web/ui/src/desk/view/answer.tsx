/** The operator's answer box: only the holder may write; the draft stays with its conversation. */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { fitHeight, sendsOn } from "../../shared/composer";
import type { Card } from "../../shared/protocol";
import { LONGEST_REPLY } from "../client";
import type { DeskUse } from "../use";

const COUNT_FROM = LONGEST_REPLY - 500;

export function AnswerBox(props: DeskUse & { readonly card: Card }): JSX.Element {
  const { client, texts, card } = props;
  const can = client.rights.value;
  if (can?.reply) return <Writing {...props} />;
  const why = can?.holder
    ? texts.t("only_holder", { name: can.holder })
    : texts.t(card.phase === "parked" ? "claim_first" : `status.${card.phase}`);
  return <p class="answer closed">{why}</p>;
}

function Writing({ client, texts, card }: DeskUse & { readonly card: Card }): JSX.Element {
  const { t } = texts;
  const id = card.conversation;
  const words = useSignal(client.draft(id));
  const box = useRef<HTMLTextAreaElement>(null);
  const room = LONGEST_REPLY - words.value.trim().length;
  useEffect(() => {
    if (!box.current) return;
    fitHeight(box.current);
    box.current.focus({ preventScroll: true });
  }, []);
  const write = (text: string): void => {
    words.value = text;
    client.keepDraft(id, text);
  };
  const send = (): void => {
    if (!words.value.trim() || room < 0) return;
    client.reply(id, words.value);
    write("");
    if (!box.current) return;
    box.current.value = "";
    fitHeight(box.current);
    box.current.focus();
  };
  return (
    <form
      class="answer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={box}
        rows={2}
        dir="auto"
        value={words.value}
        placeholder={t("placeholder")}
        aria-label={t("placeholder")}
        onInput={(event) => {
          write(event.currentTarget.value);
          fitHeight(event.currentTarget);
          client.writing(id, words.value.trim() !== "");
        }}
        onBlur={() => client.writing(id, false)}
        onKeyDown={(event) => {
          if (!sendsOn(event)) return;
          event.preventDefault();
          send();
        }}
      />
      <div class="foot">
        <span class={room < 0 ? "room bad" : "room"}>{words.value.length > COUNT_FROM ? room : t("send_hint")}</span>
        <button type="submit" class="primary" disabled={!words.value.trim() || room < 0}>
          {t("send")}
        </button>
      </div>
    </form>
  );
}
