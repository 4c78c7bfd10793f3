/** The middle pane: the conversation, who else is in it, and what can be done with it. */

import type { JSX } from "preact";
import { full } from "../../shared/times";
import { unseenReplies, type Thread } from "../thread";
import type { DeskUse } from "../use";
import { channelName, known } from "../words";
import { Actions } from "./actions";
import { AnswerBox } from "./answer";
import { History } from "./history";
import { Icon } from "./icon";

export function ThreadView({ client, texts }: DeskUse): JSX.Element {
  const { t } = texts;
  const thread = client.thread.value;
  if (!thread) {
    return (
      <section class="thread pane nothing">
        <img src="/static/favicon.svg" alt="" width="64" height="64" />
        <p>{t(client.opened.value ? "loading" : "choose")}</p>
        {!client.opened.value && <p class="hint">{t("choose_hint")}</p>}
      </section>
    );
  }
  const earlier = client.earlier.value;
  return (
    <section class="thread pane" aria-label={thread.card.name || t("nameless")}>
      <Actions client={client} texts={texts} card={thread.card} />
      {earlier ? <Past client={client} texts={texts} thread={thread} /> : <Now client={client} texts={texts} thread={thread} />}
      <Viewers client={client} texts={texts} />
      <AnswerBox key={thread.card.conversation} client={client} texts={texts} card={thread.card} />
    </section>
  );
}

interface Props extends DeskUse {
  readonly thread: Thread;
}

function Now({ client, texts, thread }: Props): JSX.Element {
  return (
    <History
      client={client}
      texts={texts}
      conversation={thread.card.conversation}
      chat={thread.card.chat}
      name={thread.card.name}
      messages={thread.messages}
      replies={unseenReplies(client.replies.value, thread)}
      more={thread.more}
      loading={client.loadingOlder.value}
      read={thread.read}
      typing={client.customerTypes.value}
      label={texts.t("history")}
      onOlder={() => client.older()}
    />
  );
}

/** An earlier conversation, to read: it looks different, and one click leads back. */
function Past({ client, texts, thread }: Props): JSX.Element {
  const { t } = texts;
  const earlier = client.earlier.value;
  const about = thread.panel.earlier?.find((one) => one.conversation === earlier?.conversation);
  const when = about ? full(about.opened_at, texts.language.value) : "";
  return (
    <div class="past">
      <p class="banner">
        <span>
          <strong>{t("earlier.title")}</strong> {[when, about && channelName(t, about.channel), about?.outcome && known(t, "outcomes", about.outcome)].filter(Boolean).join(" · ")}
        </span>
        <button type="button" onClick={() => client.showEarlier(undefined)}>
          <Icon name="back" /> {t("earlier.back")}
        </button>
      </p>
      {!earlier?.messages ? (
        <p class="empty">{t("loading")}</p>
      ) : (
        <History
          client={client}
          texts={texts}
          conversation={earlier.conversation}
          chat={about?.chat ?? thread.card.chat}
          name={thread.card.name}
          messages={earlier.messages}
          replies={[]}
          more={earlier.more}
          loading={false}
          read={0}
          typing={false}
          label={t("earlier.title")}
          onOlder={() => client.olderEarlier()}
        />
      )}
    </div>
  );
}

/** Which colleagues look at this, and who of them writes. */
function Viewers({ client, texts }: DeskUse): JSX.Element {
  const { t } = texts;
  const all = client.viewers.value;
  const typing = all.filter((one) => one.typing).map((one) => one.name);
  const looking = all.filter((one) => !one.typing).map((one) => one.name);
  return (
    <div class="viewers" role="status">
      {looking.length > 0 && (
        <span>
          <Icon name="eye" /> {t("viewers.look", { names: looking.join(", ") })}
        </span>
      )}
      {typing.length > 0 && <span class="writes">{t("viewers.type", { names: typing.join(", ") })}</span>}
    </div>
  );
}
