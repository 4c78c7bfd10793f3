/** What was not delivered, of all chats: how many, and on a click which. */

import type { JSX } from "preact";
import type { Letter } from "../../shared/protocol";
import { full } from "../../shared/times";
import type { DeskUse } from "../use";
import { channelName } from "../words";
import { Icon } from "./icon";

interface Props extends DeskUse {
  readonly onOpen: () => void;
}

export function Letters(props: Props): JSX.Element | null {
  const { client, texts } = props;
  const count = client.undelivered.value;
  const letters = client.letters.value;
  if (!count && !letters) return null;
  return (
    <section class="group letters">
      <h2>
        <button type="button" class="fold" aria-expanded={letters !== undefined} onClick={() => client.showLetters(letters === undefined)}>
          <span class="title">{texts.t("undelivered.title")}</span> <span class={count ? "count hot" : "count"}>{count}</span>
          <Icon name="fold" />
        </button>
      </h2>
      {letters && !count && <p class="empty">{texts.t("undelivered.empty")}</p>}
      {letters && (
        <ul>
          {letters.map((letter) => (
            <li key={letter.number}>
              <LetterView {...props} letter={letter} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function LetterView({ letter, client, texts, onOpen }: Props & { readonly letter: Letter }): JSX.Element {
  const { t } = texts;
  const language = texts.language.value;
  return (
    <button
      type="button"
      class="card"
      data-conversation={letter.conversation}
      onClick={() => {
        client.open(letter.conversation);
        onOpen();
      }}
    >
      <span class="row">
        <span class="name" dir="auto">
          {letter.name || t("nameless")}
        </span>
        <time class="since" dateTime={letter.at}>
          {full(letter.at, language)}
        </time>
      </span>
      <span class="row">
        <span class="preview" dir="auto">
          {letter.preview || "…"}
        </span>
      </span>
      <span class="row tags">
        <span class="tag">{channelName(t, letter.channel)}</span>
        <span class="tag bad">{t(`delivery.${letter.state}`)}</span>
      </span>
      {letter.error && (
        <span class="reason" dir="auto">
          {letter.error}
        </span>
      )}
    </button>
  );
}
