/** All places one customer writes from: join another one, or part what does not belong together. Each is asked for once more. */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Card, FoundCustomer, Panel } from "../../../shared/protocol";
import type { DeskUse } from "../../use";
import { channelName } from "../../words";
import { Box } from "./box";

/** Milliseconds of quiet after which is searched, and letters from which. */
const QUIET = 300;
const SHORTEST = 2;

interface Props extends DeskUse {
  readonly card: Card;
  readonly panel: Panel;
  readonly onClose: () => void;
}

export function Customers({ client, texts, card, panel, onClose }: Props): JSX.Element {
  const { t } = texts;
  const words = useSignal("");
  const chosen = useSignal<FoundCustomer | undefined>(undefined);
  const text = words.value.trim();
  useEffect(() => {
    if (text.length < SHORTEST) return undefined;
    const timer = setTimeout(() => client.find(text), QUIET);
    return () => clearTimeout(timer);
  }, [text]);
  const found = client.found.value;
  const known = new Set(panel.customer?.identities.map((one) => one.chat));
  const others = found?.text === text ? found.customers.filter((one) => one.chat !== card.chat && !known.has(one.chat)) : undefined;
  const who = chosen.value;
  return (
    <Box
      texts={texts}
      title={t("customers.title")}
      text={t("customers.text")}
      {...(who ? { go: t("customers.join", { name: who.name || who.address || t("nameless") }) } : {})}
      onGo={() => who && client.command({ type: "join", chat: who.chat }, card.conversation)}
      onClose={onClose}
    >
      <Places client={client} texts={texts} card={card} panel={panel} />
      <label class="field">
        <span>{t("customers.find")}</span>
        <input
          type="search"
          data-first
          value={words.value}
          onInput={(event) => {
            words.value = event.currentTarget.value;
            chosen.value = undefined;
          }}
        />
      </label>
      <div class="options" role="radiogroup" aria-label={t("customers.found")}>
        {text.length >= SHORTEST && !others && <p class="empty">{t("loading")}</p>}
        {others?.length === 0 && <p class="empty">{t("nothing_found")}</p>}
        {others?.map((one) => (
          <label key={one.chat} class="option">
            <input type="radio" name="customer" checked={who?.chat === one.chat} onChange={() => (chosen.value = one)} />
            <span class="words" dir="auto">
              {one.name || t("nameless")}
              <small>{[channelName(t, one.channel), one.address, one.preview].filter(Boolean).join(" · ")}</small>
            </span>
          </label>
        ))}
      </div>
    </Box>
  );
}

function Places({ client, texts, card, panel }: Omit<Props, "onClose">): JSX.Element | null {
  const { t } = texts;
  const sure = useSignal("");
  const all = panel.customer?.identities ?? [];
  if (all.length < 2) return null;
  return (
    <ul class="places">
      {all.map((one) => (
        <li key={one.chat}>
          <span dir="auto">
            {channelName(t, one.channel)}
            {one.channel !== "webchat" && ` · ${one.address}`}
            {one.chat === card.chat && ` · ${t("customers.here")}`}
          </span>
          {one.chat !== card.chat && (
            <button
              type="button"
              class={sure.value === one.chat ? "danger" : ""}
              disabled={client.busy.value.has("part")}
              onClick={() => {
                if (sure.value !== one.chat) return void (sure.value = one.chat);
                client.command({ type: "part", chat: one.chat }, card.conversation);
                sure.value = "";
              }}
            >
              {t(sure.value === one.chat ? "customers.sure" : "customers.part")}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
