/** One message, one own reply on its way, one note. */

import type { JSX } from "preact";
import type { Content, Delivery, Message } from "../../shared/protocol";
import { clock, full } from "../../shared/times";
import type { Reply } from "../thread";
import type { DeskUse } from "../use";
import { channelName, known } from "../words";
import { ContentView, Words } from "./content";
import { Icon } from "./icon";
import { intentTitle, LabelView } from "./label";
import { Why } from "./why";

interface Props extends DeskUse {
  readonly message: Message;
  readonly before: Message | undefined;
  readonly chat: string;
  /** The customer has seen it. */
  readonly seen: boolean;
  readonly name: string;
}

export function MessageView(props: Props): JSX.Element {
  const { message, before, client, texts, chat } = props;
  const { t } = texts;
  const language = texts.language.value;
  if (message.author === "system") {
    return message.content.kind === "note" && message.content.text && message.origin !== "mood" ? <Colleagues {...props} content={message.content} /> : <Event message={message} client={client} texts={texts} />;
  }
  const first = before?.author !== message.author || before.name !== message.name;
  const name = message.author === "customer" ? props.name || t("nameless") : message.author === "bot" ? t("bot") : message.name || t("operator");
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
        <Mark {...props} delivery={delivery} />
        <LabelView message={message} client={client} texts={texts} />
      </span>
      <Why message={message} client={client} texts={texts} />
      {delivery && bad(delivery) && <Undelivered delivery={delivery} message={message} client={client} texts={texts} />}
    </li>
  );
}

/** How far it came: nothing to say of what the customer wrote. */
function Mark({ message, seen, delivery, texts }: Props & { readonly delivery: Delivery | undefined }): JSX.Element | null {
  if (message.author === "customer") return null;
  if (seen && !bad(delivery)) {
    return (
      <span class="seen">
        <Icon name="seen" /> {texts.t("delivery.seen")}
      </span>
    );
  }
  if (!delivery) return null;
  return (
    <span>
      {delivery.state === "sent" && <Icon name="done" />} {texts.t(`delivery.${delivery.state}`)}
    </span>
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

/** Words among colleagues: never to be taken for an answer. */
function Colleagues({ message, texts, client, content }: Props & { readonly content: Extract<Content, { kind: "note" }> }): JSX.Element {
  const mine = content.mentions?.includes(client.me.value.operator);
  const name = message.name || texts.t("operator");
  return (
    <li class={mine ? "message internal mine" : "message internal"}>
      <div class="bubble">
        <span class="author" dir="auto">
          <Icon name="note" /> {known(texts.t, "among", message.origin ?? "", { name, to: target(texts, message.origin ?? "", content) }, texts.t("note.by", { name }))}
        </span>
        <Words text={content.text} />
      </div>
      <span class="meta">
        <time dateTime={message.at}>{clock(message.at, texts.language.value)}</time>
      </span>
    </li>
  );
}

/** The colleague or team; of an action its name as words, of a customer's other place what people call it. */
function target({ t }: DeskUse["texts"], origin: string, { to = "" }: Extract<Content, { kind: "note" }>): string {
  if (origin.startsWith("run")) return to.replaceAll("_", " ");
  if (origin !== "joined" && origin !== "parted") return to;
  const [channel = "", ...address] = to.split(" ");
  // An address of the web chat is a long number that says nothing.
  return [channelName(t, channel), ...(channel === "webchat" ? [] : address)].join(" ");
}

/** What happened with the chat. */
function Event({ message, client, texts }: DeskUse & { readonly message: Message }): JSX.Element {
  const origin = message.origin ?? "";
  const heard = origin === "mood" && message.content.kind === "note";
  const words = message.content.kind === "text" || message.content.kind === "example" || heard ? message.content.text : "";
  const labelled = message.content.kind === "example" && message.content.of;
  const to = message.content.kind === "note" ? target(texts, origin, message.content) : message.content.kind === "example" && labelled && message.content.intent ? intentTitle(client, texts, message.content.intent) : "";
  const name = eventName(texts, origin, message.name ?? "");
  const said = (to && known(texts.t, "among", origin, { name, to }, "")) || known(texts.t, "notes", origin, { name }, "");
  // A sentence of ours, and what somebody said about it.
  const more = said && words && words !== origin && (message.content.kind === "text" || heard || labelled) ? words : "";
  return (
    <li class="note">
      <span dir="auto">
        {said || words || origin}
        {more && <q>{more}</q>} · {clock(message.at, texts.language.value)}
      </span>
    </li>
  );
}

/** Who or what the sentence names: an end by its outcome's name, a call-back by its time. */
function eventName({ t, language }: DeskUse["texts"], origin: string, name: string): string {
  if (origin === "mood") return known(t, "mood", name);
  if (origin === "ended") return known(t, "outcomes", name);
  return /^\d{4}-\d\d-\d\dT/.test(name) ? full(name, language.value) || name : name;
}

export function ReplyView({ reply, client, texts }: DeskUse & { readonly reply: Reply }): JSX.Element {
  const { t } = texts;
  const { command } = reply;
  const refused = reply.state === "refused";
  const kind = command.type === "note" ? "internal" : "operator";
  return (
    <li class={`message ${kind} ${reply.state}`}>
      <div class="bubble">
        {command.type === "note" && (
          <span class="author">
            <Icon name="note" /> {t("note.mine")}
          </span>
        )}
        {reply.file && (
          <p class="file" dir="auto">
            <Icon name="clip" /> {reply.file}
          </p>
        )}
        {"location" in command && command.location && (
          <p>
            <Icon name="pin" /> {command.location.latitude}, {command.location.longitude}
          </p>
        )}
        {command.text && <p dir="auto">{command.text}</p>}
        {"buttons" in command && command.buttons && (
          <ul class="offered" aria-label={t("offered")}>
            {command.buttons.map((label) => (
              <li key={label}>{label}</li>
            ))}
          </ul>
        )}
      </div>
      <span class={refused ? "meta bad" : "meta"}>
        {t(`delivery.${reply.state}`)}
        {refused && (
          <>
            <button type="button" class="link" onClick={() => client.sayAgain(reply)}>
              {t("again")}
            </button>
            <button type="button" class="link" onClick={() => client.forgetReply(command.id)}>
              {t("discard")}
            </button>
          </>
        )}
      </span>
    </li>
  );
}
