/** One message, one own reply on its way, one note of the system. */

import type { JSX } from "preact";
import { Linked } from "../../shared/linked";
import { mediaHref, mediaName } from "../../shared/media";
import type { Content, Delivery, Media, Message } from "../../shared/protocol";
import { clock, full } from "../../shared/times";
import type { Reply } from "../thread";
import type { DeskUse } from "../use";

interface Props extends DeskUse {
  readonly message: Message;
  readonly before: Message | undefined;
  readonly chat: string;
}

export function MessageView({ message, before, client, texts, chat }: Props): JSX.Element {
  const { t } = texts;
  const language = texts.language.value;
  if (message.author === "system") return <Note message={message} texts={texts} />;
  const first = before?.author !== message.author || before.name !== message.name;
  const name = message.author === "customer" ? client.thread.value?.card.name || t("nameless") : message.author === "bot" ? t("bot") : message.name || t("operator");
  const delivery = client.delivery.value.get(message.id);
  return (
    <li class={`message ${message.author}`}>
      {first && (
        <span class="author" dir="auto">
          {name}
        </span>
      )}
      <div class="bubble">
        <ContentView content={message.content} message={message} texts={texts} chat={chat} />
      </div>
      <span class={bad(delivery) ? "meta bad" : "meta"}>
        <time dateTime={message.at} title={full(message.at, language)}>
          {clock(message.at, language)}
        </time>
        {delivery && <span>{t(`delivery.${delivery.state}`)}</span>}
      </span>
      {delivery && bad(delivery) && <Undelivered delivery={delivery} message={message} client={client} texts={texts} />}
    </li>
  );
}

function bad(delivery: Delivery | undefined): boolean {
  return delivery?.state === "failed" || delivery?.state === "ambiguous";
}

/** Why it did not arrive, and what can be done about it. */
function Undelivered({ delivery, message, client, texts }: DeskUse & { readonly delivery: Delivery; readonly message: Message }): JSX.Element {
  const { t } = texts;
  const conversation = client.thread.value?.card.conversation ?? "";
  const waits = client.deciding.value.has(message.id);
  return (
    <div class="undelivered">
      {delivery.error && (
        <span class="reason" dir="auto">
          {delivery.error}
        </span>
      )}
      <button type="button" class="link" disabled={waits} onClick={() => client.decide("resend", conversation, message.id)}>
        {t("again")}
      </button>
      {!delivery.decided && (
        <button type="button" class="link" disabled={waits} onClick={() => client.decide("settle", conversation, message.id)}>
          {t(delivery.state === "ambiguous" ? "undelivered.arrived" : "undelivered.leave")}
        </button>
      )}
    </div>
  );
}

function Note({ message, texts }: Pick<DeskUse, "texts"> & { readonly message: Message }): JSX.Element {
  const key = `notes.${message.origin ?? ""}`;
  const known = texts.t(key, { name: message.name ?? "" });
  const words = message.content.kind === "text" ? message.content.text : "";
  return (
    <li class="note">
      <span dir="auto">
        {known === key ? words || message.origin : known} · {clock(message.at, texts.language.value)}
      </span>
    </li>
  );
}

export function ReplyView({ reply, client, texts }: DeskUse & { readonly reply: Reply }): JSX.Element {
  const { t } = texts;
  const refused = reply.state === "refused";
  return (
    <li class={refused ? "message operator refused" : `message operator ${reply.state}`}>
      <div class="bubble">
        <p dir="auto">{reply.text}</p>
      </div>
      <span class={refused ? "meta bad" : "meta"}>
        {t(`delivery.${reply.state}`)}
        {refused && (
          <>
            <button
              type="button"
              class="link"
              onClick={() => {
                client.forgetReply(reply.id);
                client.reply(reply.conversation, reply.text);
              }}
            >
              {t("again")}
            </button>
            <button type="button" class="link" onClick={() => client.forgetReply(reply.id)}>
              {t("discard")}
            </button>
          </>
        )}
      </span>
    </li>
  );
}

interface ContentProps extends Pick<DeskUse, "texts"> {
  readonly content: Content;
  readonly message: Message;
  readonly chat: string;
}

function ContentView({ content, message, texts, chat }: ContentProps): JSX.Element {
  const { t } = texts;
  switch (content.kind) {
    case "text":
      return <Words text={content.text} />;
    case "prompt":
      return (
        <>
          <Words text={content.text} />
          {content.attach && <MediaView media={content.attach} message={message} texts={texts} chat={chat} />}
          {content.buttons?.length ? (
            <ul class="offered" aria-label={t("offered")}>
              {content.buttons.map((button) => (
                <li key={button.payload}>{button.label}</li>
              ))}
            </ul>
          ) : null}
        </>
      );
    case "media":
      return <MediaView media={content} message={message} texts={texts} chat={chat} />;
    case "location": {
      const { latitude, longitude } = content;
      const place = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
      const href = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
      return (
        <p>
          📍{" "}
          <a href={href} target="_blank" rel="noopener noreferrer">
            {place}
          </a>
        </p>
      );
    }
    case "contact":
      return (
        <p>
          ☎ {[content.name, content.phone].filter(Boolean).join(", ")} {content.own && <small>({t("own_number")})</small>}
        </p>
      );
    case "example":
      return <Words text={content.text} />;
    default:
      return <em>{t("unsupported", { what: content.what })}</em>;
  }
}

function Words({ text }: { readonly text: string }): JSX.Element {
  return (
    <p dir="auto">
      <Linked text={text} />
    </p>
  );
}

interface MediaProps extends Pick<DeskUse, "texts"> {
  readonly media: Media;
  readonly message: Message;
  readonly chat: string;
}

/** What a customer sent and the bot's files come through the desk's own address, which asks for the session. */
function MediaView({ media, message, texts, chat }: MediaProps): JSX.Element {
  const ours = `/desk/file/${encodeURIComponent(chat)}/${encodeURIComponent(message.id)}`;
  const href = message.author === "customer" ? ours : mediaHref(media, ours);
  const name = media.name || media.caption || texts.t(`media.${media.type}`);
  const raster = /^image\/(png|jpeg|gif|webp)$/.test(media.mime ?? "") || (!media.mime && media.type === "photo");
  if (href && raster && !href.startsWith("http")) {
    return (
      <figure>
        <a href={href} target="_blank" rel="noopener noreferrer">
          <img src={href} alt={name} loading="lazy" />
        </a>
        {media.caption && <figcaption dir="auto">{media.caption}</figcaption>}
      </figure>
    );
  }
  const label = message.author === "customer" ? name : mediaName(media);
  const size = media.size ? ` · ${Math.max(1, Math.round(media.size / 1000))} kB` : "";
  return (
    <>
      <p dir="auto">
        📎 {href ? <a href={href} target="_blank" rel="noopener noreferrer">{label}</a> : label}
        {size}
      </p>
      {media.caption && media.caption !== label && <Words text={media.caption} />}
    </>
  );
}
