/** What the back-end knows, part by part as it arrives. */

import type { JSX } from "preact";
import type { ContextItem } from "../../shared/protocol";
import { clock } from "../../shared/times";
import type { DeskUse } from "../use";
import { Icon } from "./icon";
import { Fact, Section, Value } from "./parts";

interface Props extends DeskUse {
  readonly items: readonly ContextItem[];
}

export function Context({ client, texts, items }: Props): JSX.Element | null {
  const { t } = texts;
  if (!items.length) return null;
  const waits = client.refreshing.value;
  const refresh = (
    <button type="button" class={waits ? "square quiet turning" : "square quiet"} disabled={waits} title={t("context.refresh")} aria-label={t("context.refresh")} onClick={() => client.refresh()}>
      <Icon name="refresh" />
    </button>
  );
  return (
    <Section title={t("context.title")} side={refresh}>
      <div aria-live="polite" aria-busy={waits}>
        {items.map((item) => (
          <div key={item.provider} class={`context ${item.state}`}>
            <p class="source">
              <span>{item.title || item.provider}</span>
              <small>{item.state === "ready" ? item.at && clock(item.at, texts.language.value) : t(`context.${item.state}`)}</small>
            </p>
            {item.state === "ready" && !item.rows?.length && <p class="empty">{t("context.nothing")}</p>}
            {item.error && (
              <p class="reason" dir="auto">
                {item.error}
              </p>
            )}
            <dl>
              {item.rows?.map(([name, value], index) => (
                <Fact key={index} name={name}>
                  <Value value={value} language={texts.language.value} />
                </Fact>
              ))}
            </dl>
          </div>
        ))}
      </div>
    </Section>
  );
}
