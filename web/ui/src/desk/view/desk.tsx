/** The whole desk: top bar, three panes, keyboard, toasts. */

import { useSignal, useSignalEffect, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { onKey, type Pane } from "../keys";
import type { DeskUse } from "../use";
import { Boxes } from "./boxes";
import { Lists } from "./lists";
import { PanelView } from "./panel";
import { SignInForm } from "./signin";
import { ThreadView } from "./thread";
import { TopBar, type TopProps } from "./top";

export function Desk({ client, texts, alert }: TopProps): JSX.Element {
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
    const { queue, mine } = client.all.value;
    const waiting = queue.length + mine.filter((card) => client.unread.value.has(card.conversation)).length;
    document.title = waiting ? `(${waiting}) ${texts.t("title")}` : texts.t("title");
    document.documentElement.lang = texts.language.value;
  });
}

function Panes({ client, texts, alert }: TopProps): JSX.Element {
  const pane = useSignal<Pane>("list");
  useEffect(() => {
    const handle = (event: KeyboardEvent): void => onKey(event, { client, texts, pane });
    const back = (): void => client.seen();
    addEventListener("keydown", handle);
    addEventListener("focus", back);
    return () => {
      removeEventListener("keydown", handle);
      removeEventListener("focus", back);
    };
  }, []);
  return (
    <div class={`desk show-${pane.value}`}>
      <TopBar client={client} texts={texts} alert={alert} />
      <Offline client={client} texts={texts} />
      <Asks texts={texts} alert={alert} />
      <Tabs client={client} texts={texts} pane={pane} />
      <main class="panes">
        <Lists client={client} texts={texts} onOpen={() => (pane.value = "chat")} />
        <ThreadView client={client} texts={texts} />
        <PanelView client={client} texts={texts} onRead={() => (pane.value = "chat")} />
      </main>
      <Toasts client={client} texts={texts} pane={pane} />
      <Boxes client={client} texts={texts} />
    </div>
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

/** Whether the desktop may tell what is new: asked once. */
function Asks({ texts, alert }: Pick<TopProps, "texts" | "alert">): JSX.Element | null {
  const { t } = texts;
  if (!alert.asks.value) return null;
  return (
    <p class="asks">
      <span>{t("notify.ask")}</span>
      <button type="button" onClick={() => void alert.answer(true)}>
        {t("notify.yes")}
      </button>
      <button type="button" onClick={() => void alert.answer(false)}>
        {t("notify.no")}
      </button>
    </p>
  );
}

/** On a phone the panes are tabs. */
function Tabs({ client, texts, pane }: DeskUse & { readonly pane: Signal<Pane> }): JSX.Element {
  const { queue, mine } = client.all.value;
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

function Toasts({ client, texts, pane }: DeskUse & { readonly pane: Signal<Pane> }): JSX.Element {
  return (
    <div class="toasts" role="status" aria-live="assertive">
      {client.toasts.value.map(({ id, key, params, conversation }) => (
        <div key={id} class="toast">
          <p dir="auto">{texts.t(key, params)}</p>
          {conversation && (
            <button
              type="button"
              class="link"
              onClick={() => {
                client.open(conversation);
                pane.value = "chat";
                client.dropToast(id);
              }}
            >
              {texts.t("show")}
            </button>
          )}
          <button type="button" class="remove" aria-label={texts.t("dismiss")} onClick={() => client.dropToast(id)}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
