/** What somebody said, of whatever kind. All of it is text: nothing is read as markup. */

import type { JSX } from "preact";
import { Linked } from "../../shared/linked";
import { mediaHref, mediaName } from "../../shared/media";
import type { Content, Media, Message } from "../../shared/protocol";
import { fileSize } from "../words";
import type { DeskUse } from "../use";
import { Icon } from "./icon";

interface ContentProps extends Pick<DeskUse, "texts"> {
  readonly content: Content;
  readonly message: Message;
  readonly chat: string;
}

export function ContentView({ content, message, texts, chat }: ContentProps): JSX.Element {
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
          <Icon name="pin" />{" "}
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
    case "note":
      return <Words text={content.text} />;
    default:
      return <em>{t("unsupported", { what: content.what })}</em>;
  }
}

export function Words({ text }: { readonly text: string }): JSX.Element {
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

/** What people sent and the bot's files come through the desk's own address, which asks for the session. */
function MediaView({ media, message, texts, chat }: MediaProps): JSX.Element {
  const ours = `/desk/file/${encodeURIComponent(chat)}/${encodeURIComponent(message.id)}`;
  const href = message.author === "bot" ? mediaHref(media, ours) : ours;
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
  const label = message.author === "bot" ? mediaName(media) : name;
  const size = media.size ? ` · ${fileSize(media.size, texts.language.value)}` : "";
  return (
    <>
      <p class="file" dir="auto">
        <Icon name="clip" /> {href ? <a href={href} target="_blank" rel="noopener noreferrer">{label}</a> : label}
        {size}
      </p>
      {media.caption && media.caption !== label && <Words text={media.caption} />}
    </>
  );
}
