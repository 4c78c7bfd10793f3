/** The bar above the desk: my status, who else is here, sound, help, language. */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { LanguagePicker } from "../../shared/picker";
import type { Seat, Status } from "../../shared/protocol";
import type { Alert } from "../alert";
import type { DeskUse } from "../use";
import { languageName } from "../words";
import { Icon } from "./icon";

const STATUSES: readonly Status[] = ["available", "busy", "away"];

export interface TopProps extends DeskUse {
  readonly alert: Alert;
}

export function TopBar({ client, texts, alert }: TopProps): JSX.Element {
  const { t } = texts;
  return (
    <header class="top">
      <img src="/static/favicon.svg" alt="" width="28" height="28" />
      <strong>Lotse</strong>
      <Mine client={client} texts={texts} />
      <Colleagues client={client} texts={texts} />
      <button type="button" class="square" aria-pressed={alert.on.value} title={t(alert.on.value ? "sound.on" : "sound.off")} onClick={() => alert.toggle()}>
        <Icon name={alert.on.value ? "bell" : "mute"} />
        <span class="sr">{t(alert.on.value ? "sound.on" : "sound.off")}</span>
      </button>
      <button type="button" class="square helper" title={`${t("help.title")} (?)`} aria-label={t("help.title")} onClick={() => (client.box.value = "help")}>
        ?
      </button>
      <LanguagePicker texts={texts} />
      <button type="button" class="leave" title={t("logout")} aria-label={t("logout")} onClick={() => void client.logout()}>
        <Icon name="leave" />
        <span class="named">{t("logout")}</span>
      </button>
    </header>
  );
}

/** My name, my load, and whether I take chats. */
function Mine({ client, texts }: DeskUse): JSX.Element {
  const { t } = texts;
  const me = client.me.value;
  const load = client.all.value.mine.length;
  return (
    <span class="me">
      <span class="who" dir="auto">
        {me.name}
      </span>
      {me.capacity > 0 && (
        <span class={load >= me.capacity ? "load full" : "load"} title={t("load", { load, capacity: me.capacity })}>
          {load}/{me.capacity}
        </span>
      )}
      <span class="status">
        <span class={`presence ${me.status}`} aria-hidden="true" />
        <select aria-label={t("presence.title")} title={`${t("presence.title")} (s)`} value={me.status} onChange={(event) => client.status(event.currentTarget.value as Status)}>
          {STATUSES.map((one) => (
            <option key={one} value={one}>
              {t(`presence.${one}`)}
            </option>
          ))}
        </select>
      </span>
    </span>
  );
}

/** Who else is here: a number in the bar, and on a click everybody with what they have to do. */
function Colleagues({ client, texts }: DeskUse): JSX.Element | null {
  const { t } = texts;
  const open = useSignal(false);
  const box = useRef<HTMLDivElement>(null);
  const seats = client.colleagues.value;
  useEffect(() => {
    if (!open.value) return undefined;
    const leave = (event: Event): void => {
      const key = event instanceof KeyboardEvent;
      if (key ? event.key === "Escape" : !box.current?.contains(event.target as Node)) open.value = false;
    };
    addEventListener("pointerdown", leave);
    addEventListener("keydown", leave);
    return () => {
      removeEventListener("pointerdown", leave);
      removeEventListener("keydown", leave);
    };
  }, [open.value]);
  const free = seats.filter((seat) => seat.status === "available").length;
  const label = t("colleagues", { count: seats.length });
  return (
    <div class="colleagues" ref={box}>
      <button type="button" aria-expanded={open.value} title={t("colleagues_free", { free, count: seats.length })} onClick={() => (open.value = !open.value)}>
        <Icon name="people" />
        <span class="named">{label}</span>
        <span class="counted" aria-hidden="true">
          {seats.length}
        </span>
      </button>
      {open.value && (
        <ul class="seats" aria-label={label} tabIndex={0}>
          {seats.length === 0 && <li class="empty">{t("colleagues_none")}</li>}
          {seats.map((seat) => (
            <SeatView key={seat.operator} seat={seat} texts={texts} />
          ))}
        </ul>
      )}
    </div>
  );
}

function SeatView({ seat, texts }: Pick<DeskUse, "texts"> & { readonly seat: Seat }): JSX.Element {
  const { t } = texts;
  const about = [seat.teams.join(", "), seat.languages.map(languageName).join(", "), seat.skills.join(", ")].filter(Boolean).join(" · ");
  const part = seat.capacity ? Math.min(100, (seat.load / seat.capacity) * 100) : 0;
  return (
    <li class="seat">
      <span class={`presence ${seat.status}`} aria-hidden="true" />
      <span class="words">
        <span class="name" dir="auto">
          {seat.name}
        </span>
        <small>{[t(`presence.${seat.status}`), about].filter(Boolean).join(" · ")}</small>
      </span>
      <span class="load" title={t("load", { load: seat.load, capacity: seat.capacity })}>
        {seat.load}/{seat.capacity}
        <span class="bar" aria-hidden="true">
          <span style={{ inlineSize: `${part}%` }} />
        </span>
      </span>
    </li>
  );
}
