/** The right pane: who it is and what is known, so that nobody asks twice. */

import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Panel } from "../../shared/protocol";
import { full } from "../../shared/times";
import type { Thread } from "../thread";
import type { DeskUse } from "../use";
import { channelName, dated, known, languageName, quoted, titled } from "../words";
import { Context } from "./context";
import { Icon } from "./icon";
import { Fact, Section, Value } from "./parts";

interface Props extends DeskUse {
  readonly thread: Thread;
  readonly panel: Panel;
  readonly onRead: () => void;
}

export function PanelView({ client, texts, onRead }: DeskUse & { readonly onRead: () => void }): JSX.Element {
  const thread = client.thread.value;
  const pane = useRef<HTMLElement>(null);
  useLayoutEffect(() => pane.current?.scrollTo(0, 0), [thread?.card.conversation]);
  return (
    <aside ref={pane} class="panel pane" aria-label={texts.t("tabs.panel")}>
      {thread && <All client={client} texts={texts} thread={thread} panel={thread.panel} onRead={onRead} />}
    </aside>
  );
}

function All(props: Props): JSX.Element {
  const { client, texts, thread, panel } = props;
  const { t } = texts;
  return (
    <>
      <h2 dir="auto">{panel.name || t("nameless")}</h2>
      {panel.mood && (
        <p class={`mood ${panel.mood.kind}`}>
          <strong>{known(t, "mood", panel.mood.kind)}</strong>
          {panel.mood.words.length > 0 && <span dir="auto"> {panel.mood.words.map((word) => quoted(word, texts.language.value)).join(" ")}</span>}
        </p>
      )}
      {panel.reason && (
        <blockquote dir="auto" aria-label={t("panel.reason")} title={t("panel.reason")}>
          {panel.reason}
        </blockquote>
      )}
      <Guess {...props} />
      {panel.callback && (
        <p class="planned">
          <Icon name="clock" />
          <span>
            {t("panel.callback", { when: full(panel.callback.begin, texts.language.value) })}
            {(panel.callback.phone || panel.callback.topic) && <small dir="auto">{[panel.callback.phone, panel.callback.topic].filter(Boolean).join(" · ")}</small>}
          </span>
        </p>
      )}
      {panel.summary && panel.summary.length > 0 && (
        <Section title={t("panel.summary")}>
          <ul class="summary">
            {panel.summary.map((sentence, index) => (
              <li key={index} dir="auto">
                {dated(sentence, texts.language.value)}
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Context client={client} texts={texts} items={thread.context} />
      <Section title={t("panel.facts")}>
        {panel.facts.length === 0 && <p class="empty">{t("panel.no_facts")}</p>}
        <dl>
          {panel.facts.map((fact) => (
            <Fact key={fact.name} name={fact.name}>
              <Value value={fact.value} language={texts.language.value} />
            </Fact>
          ))}
        </dl>
      </Section>
      <Contact {...props} />
      <Done {...props} />
      <EarlierOnes {...props} />
      {panel.path.length > 0 && (
        <Section title={t("panel.path")}>
          <ol class="path">
            {panel.path.map((step, index) => (
              <li key={index}>{step}</li>
            ))}
          </ol>
        </Section>
      )}
    </>
  );
}

/** What the NLU takes it for, how sure it is, and the words it goes by. */
function Guess({ texts, panel }: Props): JSX.Element | null {
  const { intent } = panel;
  if (!intent) return null;
  const percent = Math.round(intent.score * 100);
  return (
    <div class="guess" title={texts.t("panel.guess_hint")}>
      <p>
        <strong dir="auto">{intent.title || intent.name}</strong>
        <span class="score">{percent} %</span>
      </p>
      <span class="bar" aria-hidden="true">
        <span style={{ inlineSize: `${percent}%` }} />
      </span>
      {intent.text && intent.text !== panel.reason && <q dir="auto">{intent.text}</q>}
    </div>
  );
}

/** All places they write from, and the language. */
function Contact({ client, texts, thread, panel }: Props): JSX.Element {
  const { t } = texts;
  const places = panel.customer?.identities ?? [];
  const others = places.filter((one) => one.chat !== thread.card.chat);
  return (
    <Section title={t("panel.contact")}>
      <dl>
        <Fact name={t("panel.channel")}>{channelName(t, panel.channel)}</Fact>
        {panel.address && panel.channel !== "webchat" && <Fact name={t("panel.address")}>{panel.address}</Fact>}
        {panel.language && <Fact name={t("panel.language")}>{languageName(panel.language)}</Fact>}
        <Fact name={t("panel.opened")}>{full(panel.opened_at, texts.language.value)}</Fact>
        {others.map((one) => (
          <Fact key={one.chat} name={t("panel.also", { channel: channelName(t, one.channel) })}>
            {one.channel === "webchat" ? languageName(one.language) : one.address}
          </Fact>
        ))}
      </dl>
      {client.rights.value?.reply && (
        <button type="button" class="link small" onClick={() => (client.box.value = "customers")}>
          {t("panel.join")}
        </button>
      )}
    </Section>
  );
}

/** What was asked of the back-end, and what came of it. */
function Done({ texts, panel }: Props): JSX.Element | null {
  const { t } = texts;
  if (!panel.actions?.length) return null;
  return (
    <Section title={t("panel.actions")}>
      <dl>
        {panel.actions.map((action, index) => (
          <div key={index} class={`fact action ${action.state}`}>
            <dt>
              {action.name} <span class="state">{known(t, "action_states", action.state)}</span>
            </dt>
            <dd dir="auto">
              <Value value={action.result} language={texts.language.value} />
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

/** By the name that operators chose it by. */
function topicOf({ client, texts }: DeskUse, name: string): string {
  const topic = client.bot.value.topics.find((one) => one.name === name);
  return (topic && titled(topic, texts.language.value)) || name;
}

function EarlierOnes(props: Props): JSX.Element | null {
  const { client, texts, panel, onRead } = props;
  const { t } = texts;
  if (!panel.earlier?.length) return null;
  return (
    <Section title={t("panel.earlier")}>
      <ul class="earlier">
        {panel.earlier.map((one) => (
          <li key={one.conversation}>
            <button
              type="button"
              aria-pressed={client.earlier.value?.conversation === one.conversation}
              onClick={() => {
                client.showEarlier(one);
                onRead();
              }}
            >
              <span class="when">{full(one.opened_at, texts.language.value)}</span>
              <span class="preview" dir="auto">
                {topicOf(props, one.topic ?? "") || one.preview || "…"}
              </span>
              <small>{[channelName(t, one.channel), one.outcome && known(t, "outcomes", one.outcome), one.operator && client.nameOf(one.operator)].filter(Boolean).join(" · ")}</small>
            </button>
          </li>
        ))}
      </ul>
    </Section>
  );
}
