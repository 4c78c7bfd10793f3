/** Clocks that move by themselves: only they are drawn anew each second. */

import type { JSX } from "preact";
import type { Card } from "../../shared/protocol";
import { stopwatch } from "../../shared/times";
import { handling, waiting } from "../clocks";
import type { DeskUse } from "../use";
import { Icon } from "./icon";

interface Props extends DeskUse {
  readonly card: Card;
}

/** How long the customer waits: for a person, or for an answer. */
export function WaitClock({ card, client, texts }: Props): JSX.Element {
  const { seconds, pace } = waiting(card, client.asked.value.get(card.conversation), client.tick.value);
  const parked = card.phase === "parked";
  return (
    <span class={`clock wait ${pace}`} title={texts.t(parked ? "waits_since" : "unanswered_since")}>
      {!parked && <span aria-hidden="true">↩ </span>}
      {stopwatch(seconds * 1000)}
    </span>
  );
}

/** How long the chat takes, against what is usual for what it is about. */
export function HandleClock({ card, client, texts, wide }: Props & { readonly wide?: boolean }): JSX.Element {
  const { seconds, pace, norm } = handling(card, client.bot.value.handle_time, client.tick.value);
  const spent = stopwatch(seconds * 1000);
  const usual = norm ? stopwatch(norm * 1000) : "";
  const title = norm ? texts.t(`handle.${pace}`, { spent, norm: usual }) : texts.t("holds_since");
  return (
    <span class={`clock handle ${pace}`} title={title}>
      {wide && <Icon name="clock" />}
      {spent}
      {norm > 0 && <span class="norm"> / {usual}</span>}
      {norm > 0 && (
        <span class="bar" aria-hidden="true">
          <span style={{ inlineSize: `${Math.min(100, (seconds / norm) * 100)}%` }} />
        </span>
      )}
    </span>
  );
}
