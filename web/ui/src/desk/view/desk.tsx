/** The whole desk: top bar, three panes, keyboard, toasts. */

import { useSignal, useSignalEffect, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { LanguagePicker } from "../../shared/picker";
import type { Alert } from "../alert";
import { onKey, type Pane } from "../keys";
import type { DeskUse } from "../use";
import { Help } from "./help";
import { Lists } from "./lists";
import { PanelView } from "./panel";
import { SignInForm } from "./signin";
import { ThreadView } from "./thread";

interface Props extends DeskUse {
  readonly alert: Alert;
}

export function Desk({ client, texts, alert }: Props): JSX.Element {
  const signIn = client.signIn.value;
  useTitle(client, texts);
  if (signIn === "out") return <SignInForm client={client} texts={texts} />;
  if (signIn === "unknown") {
    const trying = client.connection.value === "waiting";
    return <p class="loading">{texts.t(trying ? "unreachable" : "loading")}</p>;
  }
  return <Panes client={client} texts={texts} alert={alert} />;
}

function useTitle(client: DeskUse["client"], texts: DeskUse["texts"]): void {
  useSignalEffect(() => {
    const waiting = client.groups.value.queue.length;
    document.title = waiting ? `(${waiting}) ${texts.t("title")}` : texts.t("title");
    document.documentElement.lang = texts.language.value;
  });
}

function Panes({ client, texts, alert }: Props): JSX.Element {
  const pane = useSignal<Pane>("list");
  const help = useSignal(false);
  useEffect(() => {
    const handle = (event: KeyboardEvent): void => onKey(event, { client, texts, pane, help });
    addEventListener("keydown", handle);
    return () => removeEventListener("keydown", handle);
  }, []);
  return (
    <div class={`desk show-${pane.value}`}>
      <TopBar client={client} texts={texts} alert={alert} help={help} />
      <Offline client={client} texts={texts} />
      <Tabs client={client} texts={texts} pane={pane} />
      <main class="panes">
        <Lists client={client} texts={texts} onOpen={() => (pane.value = "chat")} />
        <ThreadView client={client} texts={texts} />
        <PanelView client={client} texts={texts} />
      </main>
      <Toasts client={client} texts={texts} />
      {help.value && <Help texts={texts} onClose={() => (help.value = false)} />}
    </div>
  );
}

function TopBar({ client, texts, alert, help }: Props & { readonly help: Signal<boolean> }): JSX.Element {
  const { t } = texts;
  return (
    <header class="top">
      <img src="/static/favicon.svg" alt="" width="28" height="28" />
      <strong>Lotse</strong>
      <span class="me">{client.name.value}</span>
      <Colleagues client={client} texts={texts} />
      <button type="button" aria-pressed={alert.on.value} title={t(alert.on.value ? "sound.on" : "sound.off")} onClick={() => alert.toggle()}>
        <span aria-hidden="true">{alert.on.value ? "🔔" : "🔕"}</span>
        <span class="sr">{t(alert.on.value ? "sound.on" : "sound.off")}</span>
      </button>
      <button type="button" title={t("help.title")} aria-label={t("help.title")} onClick={() => (help.value = true)}>
        ?
      </button>
      <LanguagePicker texts={texts} />
      <button type="button" onClick={() => void client.logout()}>
        {t("logout")}
      </button>
    </header>
  );
}

/** Who else is here: by name where there is room, as a number on a phone. */
function Colleagues({ client, texts }: DeskUse): JSX.Element {
  const names = client.colleagues.value;
  const who = texts.t("colleagues", { names: names.join(", ") });
  return (
    <span role="status" class="colleagues">
      {names.length > 0 && (
        <span title={who}>
          <span class="named">{who}</span>
          <span class="counted" aria-hidden="true">
            +{names.length}
          </span>
        </span>
      )}
    </span>
  );
}

function Offline({ client, texts }: DeskUse): JSX.Element {
  const late = useSignal(false);
  useSignalEffect(() => {
    if (client.connection.value === "live") {
      late.value = false;
      return undefined;
    }
    const timer = setTimeout(() => (late.value = true), 1_000);
    return () => clearTimeout(timer);
  });
  return <div role="status">{late.value && <p class="offline">{texts.t("offline")}</p>}</div>;
}

/** On a phone the panes are tabs. */
function Tabs({ client, texts, pane }: DeskUse & { readonly pane: Signal<Pane> }): JSX.Element {
  const { queue, mine } = client.groups.value;
  const waiting = queue.length + mine.filter((card) => card.unanswered).length;
  const tabs: readonly Pane[] = ["list", "chat", "panel"];
  return (
    <nav class="tabs">
      {tabs.map((name) => (
        <button
          type="button"
          key={name}
          aria-current={pane.value === name ? "page" : undefined}
          disabled={name !== "list" && !client.opened.value}
          onClick={() => (pane.value = name)}
        >
          {texts.t(`tabs.${name}`)}
          {name === "list" && waiting > 0 && <span class="count">{waiting}</span>}
        </button>
      ))}
    </nav>
  );
}

function Toasts({ client, texts }: DeskUse): JSX.Element {
  return (
    <div class="toasts" role="status" aria-live="assertive">
      {client.toasts.value.map((toast) => (
        <p key={toast.id} class="toast">
          {texts.t(toast.key, toast.params)}
          <button type="button" aria-label={texts.t("dismiss")} onClick={() => client.dropToast(toast.id)}>
            ×
          </button>
        </p>
      ))}
    </div>
  );
}
