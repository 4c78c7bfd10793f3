/** What was said. Only the chunks near to what is seen are drawn; the others keep their height. */

import { useSignal } from "@preact/signals";
import { Component, type JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Message } from "../../shared/protocol";
import { day, sameDay } from "../../shared/times";
import { chunked, type Chunk, type Reply } from "../thread";
import type { DeskUse } from "../use";
import { MessageView, ReplyView } from "./message";

/** Pixels from the end that still count as "at the end", and from the top that ask for earlier messages. */
const NEAR = 80;
/** Pixels above and below what is seen in which chunks are drawn. */
const MARGIN = 1_500;
/** Pixels that a message takes as long as nobody has measured it. */
const GUESS = 64;

interface Props extends DeskUse {
  readonly conversation: string;
  readonly chat: string;
  readonly name: string;
  readonly messages: readonly Message[];
  readonly replies: readonly Reply[];
  readonly more: boolean;
  readonly loading: boolean;
  readonly read: number;
  readonly typing: boolean;
  readonly label: string;
  readonly onOlder: () => void;
}

export function History(props: Props): JSX.Element {
  const { client, texts, conversation, messages, replies, more, read } = props;
  const box = useRef<HTMLDivElement>(null);
  const view = useRef({ atEnd: true, conversation: "", first: 0, height: 0, top: 0 });
  const old = useRef<readonly Chunk[]>([]);
  const chunks = useMemo(() => (old.current = chunked(messages, old.current)), [messages]);
  const first = messages[0]?.seq ?? 0;
  useLayoutEffect(() => {
    const log = box.current;
    if (!log) return;
    const before = view.current;
    const another = before.conversation !== conversation;
    if (another || before.atEnd) log.scrollTop = log.scrollHeight;
    // Earlier messages came in above: what was being read stays where it is.
    else if (first < before.first) log.scrollTop += log.scrollHeight - before.height;
    view.current = { atEnd: another || before.atEnd, conversation, first, height: log.scrollHeight, top: log.scrollTop };
  }, [messages, conversation, replies.length, props.typing]);
  useEffect(() => {
    // Pictures, chunks and the answer box change the heights after the fact.
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
      aria-live="off"
      tabIndex={0}
      aria-label={props.label}
      onScroll={(event) => {
        const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
        // Heights change by themselves: only who scrolls up leaves the end.
        if (scrollHeight - scrollTop - clientHeight < NEAR) view.current.atEnd = true;
        else if (scrollTop < view.current.top) view.current.atEnd = false;
        view.current.top = scrollTop;
        if (scrollTop < NEAR) props.onOlder();
      }}
    >
      {more && (
        <button type="button" class="older" disabled={props.loading} onClick={props.onOlder}>
          {texts.t(props.loading ? "loading" : "older")}
        </button>
      )}
      {/* Heard is what comes in at the end, not what is drawn again. */}
      <ol aria-live="polite" aria-relevant="additions">
        {chunks.map((chunk) => (
          <ChunkView key={`${conversation} ${chunk.key}`} chunk={chunk} client={client} texts={texts} chat={props.chat} name={props.name} read={read} box={box} last={chunk === chunks.at(-1)} />
        ))}
        {replies.map((reply) => (
          <ReplyView key={reply.command.id} reply={reply} client={client} texts={texts} />
        ))}
        {props.typing && <li class="types">{texts.t("customer_types")}</li>}
      </ol>
    </div>
  );
}

interface ChunkProps extends DeskUse {
  readonly chunk: Chunk;
  readonly chat: string;
  readonly name: string;
  readonly read: number;
  readonly box: { readonly current: HTMLDivElement | null };
  readonly last: boolean;
}

/** Drawn anew only when something in it changed. */
class ChunkView extends Component<ChunkProps> {
  override shouldComponentUpdate(next: ChunkProps): boolean {
    return !sameChunk(this.props, next);
  }

  override render(props: ChunkProps): JSX.Element {
    return <Drawn {...props} />;
  }
}

function Drawn({ chunk, box, last, read, client, texts, chat, name }: ChunkProps): JSX.Element {
  const drawn = useSignal(last);
  const height = useRef(0);
  const place = useRef<HTMLLIElement>(null);
  useEffect(() => {
    const watch = new IntersectionObserver(
      (entries) => {
        const near = entries.at(-1)?.isIntersecting ?? true;
        if (!near && place.current) height.current = place.current.offsetHeight;
        drawn.value = near;
      },
      { root: box.current, rootMargin: `${MARGIN}px 0px` },
    );
    if (place.current) watch.observe(place.current);
    return () => watch.disconnect();
  }, []);
  const shown = drawn.value;
  useLayoutEffect(() => steady(place.current, box.current, height), [shown]);
  const guess = height.current || chunk.messages.length * GUESS;
  return (
    <li ref={place} class="chunk" aria-live={last ? undefined : "off"} style={shown ? undefined : { height: `${guess}px` }}>
      {shown && (
        <ol>
          {chunk.messages.map((message, index) => (
            <Entry key={message.id} message={message} before={index ? chunk.messages[index - 1] : chunk.before} client={client} texts={texts} chat={chat} name={name} seen={message.seq <= read} />
          ))}
        </ol>
      )}
    </li>
  );
}

/** What is read does not move when a chunk above it turns out higher or lower than it was thought to be. */
function steady(place: HTMLElement | null, box: HTMLElement | null, height: { current: number }): void {
  if (!place || !box) return;
  const now = place.offsetHeight;
  const grown = height.current ? now - height.current : 0;
  if (grown && place.offsetTop + now < box.scrollTop + box.clientHeight / 2 && place.offsetTop < box.scrollTop) box.scrollTop += grown;
  height.current = now;
}

/** `read` matters only to chunks it passes through. */
function sameChunk(a: ChunkProps, b: ChunkProps): boolean {
  const [first, last] = [a.chunk.messages[0]?.seq ?? 0, a.chunk.messages.at(-1)?.seq ?? 0];
  const within = (read: number): number => Math.min(Math.max(read, first - 1), last);
  return a.chunk === b.chunk && a.last === b.last && a.name === b.name && a.chat === b.chat && within(a.read) === within(b.read);
}

interface EntryProps extends DeskUse {
  readonly message: Message;
  readonly before: Message | undefined;
  readonly chat: string;
  readonly name: string;
  readonly seen: boolean;
}

function Entry(props: EntryProps): JSX.Element {
  const { message, before, texts } = props;
  const newDay = !before || !sameDay(before.at, message.at);
  return (
    <>
      {newDay && (
        <li class="day">
          <span>{day(message.at, texts.language.value)}</span>
        </li>
      )}
      <MessageView {...props} before={newDay ? undefined : before} />
    </>
  );
}
