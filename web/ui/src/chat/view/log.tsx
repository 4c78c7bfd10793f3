/** The messages, and the scrolling that never jumps away from what is being read. */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Linked } from "../../shared/linked";
import { isPicture, mediaHref, mediaName } from "../../shared/media";
import type { Button, Content, Media } from "../../shared/protocol";
import type { Texts } from "../../shared/texts";
import { clock, day, sameDay } from "../../shared/times";
import type { ChatClient } from "../client";
import type { Line } from "../log";

/** Pixels from the end that still count as "at the end". */
const NEAR = 60;

interface Props {
  readonly client: ChatClient;
  readonly texts: Texts;
  readonly origin: string;
}

export function LogView({ client, texts, origin }: Props): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const top = useRef(0);
  const below = useSignal(0);
  const known = useRef(0);
  const all = client.lines.value;
  const toEnd = (): void => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
    atEnd.current = true;
    below.value = 0;
    client.markSeen();
  };
  useLayoutEffect(() => {
    const added = all.length - known.current;
    known.current = all.length;
    const last = all.at(-1);
    if (atEnd.current || (added > 0 && last?.state === "sending")) toEnd();
    else if (added > 0) below.value += added;
  }, [all, client.typing.value, client.working.value]);
  useEffect(() => {
    // Pictures and a rising keyboard change the height after the fact.
    const watch = new ResizeObserver(() => {
      if (atEnd.current) toEnd();
    });
    if (box.current) watch.observe(box.current);
    if (box.current?.lastElementChild) watch.observe(box.current.lastElementChild);
    document.addEventListener("visibilitychange", scrolled);
    return () => {
      watch.disconnect();
      document.removeEventListener("visibilitychange", scrolled);
    };
  }, []);
  const scrolled = (): void => {
    const { scrollHeight = 0, scrollTop = 0, clientHeight = 0 } = box.current ?? {};
    // A picture can arrive between a move and its event: only who goes up leaves the end.
    atEnd.current = scrollHeight - scrollTop - clientHeight < NEAR || (atEnd.current && scrollTop >= top.current);
    top.current = scrollTop;
    if (!atEnd.current) return;
    below.value = 0;
    client.markSeen();
  };
  return (
    <div class="middle">
      <div class="log" ref={box} onScroll={scrolled} tabIndex={0} role="log" aria-live="polite" aria-label={texts.t("log")}>
        {all.length === 0 && client.welcomed.value && <p class="empty">{texts.t("empty")}</p>}
        <ol>
          {all.map((line, index) => (
            <LineView key={line.key} line={line} before={all[index - 1]} after={all[index + 1]} client={client} texts={texts} origin={origin} />
          ))}
          <Dots client={client} texts={texts} />
        </ol>
      </div>
      {below.value > 0 && (
        <button type="button" class="below" onClick={toEnd}>
          ↓ {texts.t("new_messages", { count: below.value })}
        </button>
      )}
    </div>
  );
}

interface LineProps extends Props {
  readonly line: Line;
  readonly before: Line | undefined;
  readonly after: Line | undefined;
}

function LineView({ line, before, after, client, texts, origin }: LineProps): JSX.Element {
  const language = texts.language.value;
  const first = before?.author !== line.author || before?.name !== line.name;
  const last = after?.author !== line.author || after?.name !== line.name;
  const newDay = before ? !sameDay(before.at, line.at) : false;
  const name = line.author === "operator" ? line.name || texts.t("operator") : line.author === "bot" ? texts.t("bot") : texts.t("you");
  return (
    <>
      {newDay && <li class="day">{day(line.at, language)}</li>}
      <li class={`line ${line.author} ${line.state ?? ""}`}>
        {first && <span class={line.author === "customer" ? "author hidden" : "author"}>{name}</span>}
        <div class="bubble">
          <ContentView content={line.content} href={line.href && origin + line.href} texts={texts} />
        </div>
        {line.content.kind === "prompt" && line.content.buttons?.length ? <Chips line={line} client={client} /> : null}
        {line.state === "failed" ? (
          <Failed line={line} client={client} texts={texts} />
        ) : (
          last && (
            <span class="meta">
              <time dateTime={line.at}>{clock(line.at, language)}</time>
              {line.state && <State state={line.state} texts={texts} />}
            </span>
          )
        )}
      </li>
    </>
  );
}

function State({ state, texts }: { readonly state: "sending" | "stored"; readonly texts: Texts }): JSX.Element {
  return (
    <span class="state" role="img" aria-label={texts.t(state)} title={texts.t(state)}>
      {state === "sending" ? "◷" : "✓"}
    </span>
  );
}

function Failed({ line, client, texts }: { readonly line: Line; readonly client: ChatClient; readonly texts: Texts }): JSX.Element {
  return (
    <span class="meta bad">
      {texts.t(line.reason === "too_long" ? "too_long" : "failed")}{" "}
      <button type="button" class="again" onClick={() => client.again(line.key)}>
        {texts.t("again")}
      </button>
    </span>
  );
}

function Chips({ line, client }: { readonly line: Line; readonly client: ChatClient }): JSX.Element | null {
  if (line.content.kind !== "prompt") return null;
  const open = client.openPrompt.value === line.key;
  const press = (button: Button, pressed: HTMLElement): void => {
    // The pressed button is disabled now: the focus must not fall out of the panel.
    pressed.closest<HTMLElement>(".log")?.focus({ preventScroll: true });
    client.press(button, line.id ?? "");
  };
  return (
    <div class={open ? "chips" : "chips answered"}>
      {line.content.buttons?.map((button) => (
        <button type="button" key={button.payload} disabled={!open} onClick={(event) => press(button, event.currentTarget)}>
          {button.label}
        </button>
      ))}
    </div>
  );
}

interface ContentProps {
  readonly content: Content;
  readonly href: string | undefined;
  readonly texts: Texts;
}

function ContentView({ content, href, texts }: ContentProps): JSX.Element {
  switch (content.kind) {
    case "text":
      return <Words text={content.text} />;
    case "prompt":
      return (
        <>
          <Words text={content.text} />
          {content.attach && <MediaView media={content.attach} href={href} alt={content.text} texts={texts} />}
        </>
      );
    case "media":
      return <MediaView media={content} href={href} alt="" texts={texts} />;
    case "location": {
      const { latitude, longitude } = content;
      return <Words text={`${texts.t("location")}: ${latitude.toFixed(5)}, ${longitude.toFixed(5)}`} />;
    }
    case "contact":
      return <Words text={[content.name, content.phone].filter(Boolean).join(", ")} />;
    default:
      return <em>{texts.t("unsupported")}</em>;
  }
}

function Words({ text }: { readonly text: string }): JSX.Element {
  return (
    <p dir="auto">
      <Linked text={text} />
    </p>
  );
}

interface MediaProps {
  readonly media: Media;
  readonly href: string | undefined;
  readonly alt: string;
  readonly texts: Texts;
}

function MediaView({ media, href: ours, alt, texts }: MediaProps): JSX.Element {
  const href = mediaHref(media, ours);
  const name = mediaName(media) || texts.t("file");
  return (
    <figure>
      {href ? (
        <a href={href} target="_blank" rel="noopener noreferrer nofollow">
          {isPicture(media) ? <img src={href} alt={media.caption || alt || name} loading="lazy" /> : name}
        </a>
      ) : (
        name
      )}
      {media.caption && <figcaption dir="auto">{media.caption}</figcaption>}
    </figure>
  );
}

function Dots({ client, texts }: { readonly client: ChatClient; readonly texts: Texts }): JSX.Element | null {
  const typing = client.typing.value;
  if (!typing && !client.working.value) return null;
  const label =
    typing?.who === "operator" ? texts.t("operator_types", { name: typing.name || texts.t("operator") }) : texts.t("bot_types");
  return (
    <li class="line bot">
      <div class="bubble dots" role="img" aria-label={label}>
        <i />
        <i />
        <i />
      </div>
    </li>
  );
}
