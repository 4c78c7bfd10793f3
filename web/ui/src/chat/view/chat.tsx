/** The launcher and the panel. */

import { useSignal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { LANGUAGE_NAMES } from "../../shared/languages";
import type { Texts } from "../../shared/texts";
import type { ChatClient } from "../client";
import { Composer } from "./composer";
import { LogView } from "./log";

export interface Mount {
  readonly client: ChatClient;
  readonly texts: Texts;
  readonly origin: string;
  readonly title: string;
  readonly inline: boolean;
  readonly open: boolean;
  readonly choose: (language: string) => void;
}

export function Chat(use: Mount): JSX.Element {
  const { client, texts, inline } = use;
  const open = useSignal(use.open);
  const launcher = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLElement>(null);
  const toggle = (show: boolean): void => {
    open.value = show;
    if (show) client.start();
    requestAnimationFrame(() => (show ? panel.current?.querySelector("textarea") : launcher.current)?.focus());
  };
  useEffect(() => {
    if (use.open && !inline) requestAnimationFrame(() => panel.current?.querySelector("textarea")?.focus({ preventScroll: true }));
  }, []);
  const unread = client.unread.value;
  const label = open.value ? texts.t("close") : unread ? texts.t("open_unread", { count: unread }) : texts.t("open");
  return (
    <div lang={texts.language.value} class={open.value ? "root open" : "root"}>
      {open.value && (
        <Panel
          use={use}
          panel={panel}
          onClose={() => {
            if (!inline) toggle(false);
          }}
        />
      )}
      {!inline && (
        <button ref={launcher} type="button" class="launcher" aria-label={label} aria-expanded={open.value} onClick={() => toggle(!open.value)}>
          {open.value ? <Cross /> : <Bubble />}
          {!open.value && unread > 0 && <span class="badge">{unread > 9 ? "9+" : unread}</span>}
        </button>
      )}
    </div>
  );
}

interface PanelProps {
  readonly use: Mount;
  readonly panel: { current: HTMLElement | null };
  readonly onClose: () => void;
}

function Panel({ use, panel, onClose }: PanelProps): JSX.Element {
  const { client, texts } = use;
  const title = use.title || client.title.value || texts.t("title");
  return (
    <section
      ref={panel}
      class="panel"
      role={use.inline ? "region" : "dialog"}
      aria-label={title}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || use.inline) return;
        event.stopPropagation();
        onClose();
      }}
    >
      <header>
        <Flag />
        <div class="who">
          <h2>{title}</h2>
          <Status use={use} />
        </div>
        <LanguagePicker use={use} />
        {!use.inline && (
          <button type="button" class="icon" aria-label={texts.t("close")} onClick={onClose}>
            <Cross />
          </button>
        )}
      </header>
      <Bars use={use} />
      <LogView client={client} texts={texts} origin={use.origin} />
      <Composer client={client} texts={texts} />
    </section>
  );
}

function Status({ use: { client, texts } }: { readonly use: Mount }): JSX.Element {
  const { t } = texts;
  if (client.phase.value === "with_operator") {
    return <p class="status person">{client.operator.value ? t("with_operator", { name: client.operator.value }) : t("with_person")}</p>;
  }
  return <p class="status">{t(client.phase.value === "parked" ? "waiting" : client.phase.value === "closed" ? "ended" : "with_bot")}</p>;
}

/** What is out of the ordinary: no connection, a place in the queue. */
function Bars({ use: { client, texts } }: { readonly use: Mount }): JSX.Element {
  const { t } = texts;
  const lost = useSignal(false);
  const phase = client.connection;
  // A connection that is back within a second is not worth a word.
  useSignalEffect(() => {
    const away = phase.value !== "live" && phase.value !== "idle";
    if (!away) {
      lost.value = false;
      return undefined;
    }
    const timer = setTimeout(() => (lost.value = true), 1_000);
    return () => clearTimeout(timer);
  });
  const place = client.place.value;
  const minutes = place?.wait ? Math.max(1, Math.round(place.wait / 60)) : 0;
  return (
    <div class="bars" role="status">
      {lost.value && (
        <p class="bar lost">
          <span class="spin" aria-hidden="true" />
          {t(client.welcomed.value ? "lost" : "connecting")}
        </p>
      )}
      {client.phase.value === "parked" && (
        <p class="bar parked">
          {place ? t("place", { position: place.position }) : t("parked")}
          {minutes > 0 && ` ${t("wait", { count: minutes })}`}
        </p>
      )}
    </div>
  );
}

function LanguagePicker({ use: { client, texts, choose } }: { readonly use: Mount }): JSX.Element | null {
  const languages = client.languages.value;
  if (languages.length < 2) return null;
  return (
    <select
      class="language"
      aria-label={texts.t("language")}
      value={texts.language.value}
      onChange={(event) => choose(event.currentTarget.value)}
    >
      {languages.map((code) => (
        <option key={code} value={code} lang={code}>
          {LANGUAGE_NAMES[code] ?? code}
        </option>
      ))}
    </select>
  );
}

/** The flag H of the signal book: "I have a pilot on board". */
function Flag(): JSX.Element {
  return (
    <svg class="flag" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M8 5v22" stroke="#fff" stroke-width="2.4" stroke-linecap="round" />
      <path d="M10 7h8v12h-8z" fill="#fff" />
      <path d="M18 7h8v12h-8z" fill="#d5263f" />
    </svg>
  );
}

function Bubble(): JSX.Element {
  return (
    <svg viewBox="0 0 24 24" width="28" height="28" aria-hidden="true">
      <path fill="currentColor" d="M12 3c5.2 0 9.2 3.4 9.2 7.8s-4 7.8-9.2 7.8c-.9 0-1.8-.1-2.6-.3L4.6 21l.9-4.1C3.8 15.4 2.8 13.2 2.8 10.8 2.8 6.4 6.8 3 12 3z" />
      <path d="M8 9.2h8M8 12.6h5" stroke="var(--launcher)" stroke-width="1.6" stroke-linecap="round" />
    </svg>
  );
}

function Cross(): JSX.Element {
  return (
    <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
      <path d="M6 6l12 12M18 6L6 18" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" />
    </svg>
  );
}
