/** The right pane: who it is and what is known, so that nobody asks twice. */

import type { ComponentChildren, JSX } from "preact";
import { LANGUAGE_NAMES } from "../../shared/languages";
import { full } from "../../shared/times";
import type { DeskUse } from "../use";

export function PanelView({ client, texts }: DeskUse): JSX.Element {
  const { t } = texts;
  const panel = client.thread.value?.panel;
  if (!panel) {
    return <aside class="panel pane" aria-label={t("tabs.panel")} />;
  }
  const channel = t(`channels.${panel.channel}`);
  return (
    <aside class="panel pane" aria-label={t("tabs.panel")}>
      <h2 dir="auto">{panel.name || t("nameless")}</h2>
      {panel.reason && (
        <blockquote dir="auto" aria-label={t("panel.reason")}>
          {panel.reason}
        </blockquote>
      )}
      <dl>
        <Fact name={t("panel.channel")}>{channel.startsWith("channels.") ? panel.channel : channel}</Fact>
        {panel.address && panel.channel !== "webchat" && <Fact name={t("panel.address")}>{panel.address}</Fact>}
        {panel.language && <Fact name={t("panel.language")}>{LANGUAGE_NAMES[panel.language] ?? panel.language}</Fact>}
        <Fact name={t("panel.opened")}>{full(panel.opened_at, texts.language.value)}</Fact>
      </dl>
      <h3>{t("panel.facts")}</h3>
      {panel.facts.length === 0 && <p class="empty">{t("panel.no_facts")}</p>}
      <dl>
        {panel.facts.map((fact) => (
          <Fact key={fact.name} name={fact.name}>
            <Value value={fact.value} />
          </Fact>
        ))}
      </dl>
      {panel.path.length > 0 && (
        <>
          <h3>{t("panel.path")}</h3>
          <ol class="path">
            {panel.path.map((step, index) => (
              <li key={index}>{step}</li>
            ))}
          </ol>
        </>
      )}
    </aside>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd dir="auto">{children}</dd>
    </div>
  );
}

/** A plain value as words; an object as its own small list. */
function Value({ value }: { readonly value: unknown }): JSX.Element {
  if (Array.isArray(value)) return <>{value.map(plain).join(", ")}</>;
  if (typeof value !== "object" || value === null) return <>{plain(value)}</>;
  return (
    <>
      {Object.entries(value).map(([name, inner]) => (
        <span class="inner" key={name}>
          <i>{name}</i> {plain(inner)}
        </span>
      ))}
    </>
  );
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "boolean") return value ? "✓" : "✗";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
