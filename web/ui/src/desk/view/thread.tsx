/** The middle pane: the conversation and what can be done with it. */

import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Message } from "../../shared/protocol";
import { day, sameDay } from "../../shared/times";
import { unseenReplies, type Thread } from "../thread";
import type { DeskUse } from "../use";
import { Actions } from "./actions";
import { AnswerBox } from "./answer";
import { MessageView, ReplyView } from "./message";

/** Pixels from the end that still count as "at the end", and from the top that ask for earlier messages. */
const NEAR = 80;

export function ThreadView({ client, texts }: DeskUse): JSX.Element {
  const { t } = texts;
  const thread = client.thread.value;
  if (!thread) {
    return (
      <section class="thread pane nothing">
        <p>{t(client.opened.value ? "loading" : "choose")}</p>
      </section>
    );
  }
  return (
    <section class="thread pane" aria-label={thread.card.name || t("nameless")}>
      <Actions client={client} texts={texts} card={thread.card} />
      <History client={client} texts={texts} thread={thread} />
      <AnswerBox key={thread.card.conversation} client={client} texts={texts} card={thread.card} />
    </section>
  );
}

function History({ client, texts, thread }: DeskUse & { readonly thread: Thread }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const view = useRef({ atEnd: true, conversation: "", first: 0, height: 0 });
  const replies = unseenReplies(client.replies.value, thread);
  const first = thread.messages[0]?.seq ?? 0;
  useLayoutEffect(() => {
    const log = box.current;
    if (!log) return;
    const { conversation, atEnd, first: before, height } = view.current;
    const another = conversation !== thread.card.conversation;
    if (another || atEnd) log.scrollTop = log.scrollHeight;
    // Earlier messages came in above: what was being read stays where it is.
    else if (first < before) log.scrollTop += log.scrollHeight - height;
    view.current = { atEnd: another || atEnd, conversation: thread.card.conversation, first, height: log.scrollHeight };
  }, [thread, replies.length, client.customerTypes.value]);
  useEffect(() => {
    // Pictures and the answer box change the heights after the fact.
    const watch = new ResizeObserver(() => {
      if (!box.current) return;
      if (view.current.atEnd) box.current.scrollTop = box.current.scrollHeight;
      view.current.height = box.current.scrollHeight;
    });
    if (box.current) watch.observe(box.current);
    if (box.current?.lastElementChild) watch.observe(box.current.lastElementChild);
    return () => watch.disconnect();
  }, []);
  return (
    <div
      ref={box}
      class="history"
      role="log"
      aria-live="polite"
      tabIndex={0}
      aria-label={texts.t("history")}
      onScroll={(event) => {
        const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
        view.current.atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
        if (scrollTop < NEAR) client.older();
      }}
    >
      {thread.more && (
        <button type="button" class="older" disabled={client.loadingOlder.value} onClick={() => client.older()}>
          {texts.t(client.loadingOlder.value ? "loading" : "older")}
        </button>
      )}
      <ol>
        {thread.messages.map((message, index) => (
          <Entry key={message.id} message={message} before={thread.messages[index - 1]} client={client} texts={texts} thread={thread} />
        ))}
        {replies.map((reply) => (
          <ReplyView key={reply.id} reply={reply} client={client} texts={texts} />
        ))}
        {client.customerTypes.value && <li class="types">{texts.t("customer_types")}</li>}
      </ol>
    </div>
  );
}

interface EntryProps extends DeskUse {
  readonly message: Message;
  readonly before: Message | undefined;
  readonly thread: Thread;
}

function Entry({ message, before, client, texts, thread }: EntryProps): JSX.Element {
  const newDay = !before || !sameDay(before.at, message.at);
  return (
    <>
      {newDay && (
        <li class="day">
          <span>{day(message.at, texts.language.value)}</span>
        </li>
      )}
      <MessageView message={message} before={newDay ? undefined : before} client={client} texts={texts} chat={thread.card.chat} />
    </>
  );
}
