/** Something is for this operator: a sound, words on the page, a notification. */

import type { Alert } from "./alert";
import type { DeskClient } from "./client";
import type { Told } from "./state";
import type { Texts } from "../shared/texts";

/** Milliseconds in which many new chats make one sound. */
const QUIET = 1_500;

export function announce(client: DeskClient, texts: Texts, alert: Alert): (told: Told) => void {
  let last = 0;
  return ({ kind, conversation, by, text }) => {
    if (kind === "parked" && client.me.value.status === "away") return;
    const now = Date.now();
    if (kind !== "parked" || now - last > QUIET) alert.beep(kind === "parked" ? "parked" : "told");
    last = now;
    const name = client.card(conversation)?.name || texts.t("nameless");
    const words = { by: kind === "parked" ? name : client.nameOf(by), name, text };
    const seen = client.opened.value === conversation && (kind === "mention" || kind === "consult");
    if (kind !== "parked" && !seen) client.toast(`told.${kind}`, words, conversation);
    alert.notify(texts.t(`told.${kind}`, words), text, `${kind} ${conversation}`, () => client.open(conversation));
  };
}
