/** The customer's answer box. */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { fitHeight, sendsOn } from "../../shared/composer";
import type { Texts } from "../../shared/texts";
import { LONGEST_TEXT, type ChatClient } from "../client";

/** From here on the rest of the room is counted. */
const COUNT_FROM = LONGEST_TEXT - 300;

export function Composer({ client, texts }: { readonly client: ChatClient; readonly texts: Texts }): JSX.Element {
  const { t } = texts;
  const words = useSignal("");
  const box = useRef<HTMLTextAreaElement>(null);
  const room = LONGEST_TEXT - words.value.trim().length;
  const send = (): void => {
    if (!words.value.trim() || room < 0) return;
    client.say(words.value);
    words.value = "";
    if (!box.current) return;
    box.current.value = "";
    fitHeight(box.current);
    box.current.focus();
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={box}
        rows={1}
        dir="auto"
        placeholder={t("placeholder")}
        aria-label={t("placeholder")}
        enterkeyhint="send"
        value={words.value}
        onInput={(event) => {
          words.value = event.currentTarget.value;
          fitHeight(event.currentTarget);
          client.writing(words.value.trim() !== "");
        }}
        onBlur={() => client.writing(false)}
        onKeyDown={(event) => {
          if (!sendsOn(event)) return;
          event.preventDefault();
          send();
        }}
      />
      {words.value.length > COUNT_FROM && (
        <span class={room < 0 ? "room bad" : "room"} role="status">
          {room < 0 ? t("over", { count: -room }) : room}
        </span>
      )}
      <button type="submit" class="send" aria-label={t("send")} disabled={!words.value.trim() || room < 0}>
        <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
          <path fill="currentColor" d="M3.4 20.4 21.5 12 3.4 3.6 3.4 10l11 2-11 2z" />
        </svg>
      </button>
    </form>
  );
}
