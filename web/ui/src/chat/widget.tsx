/** The entry of `/widget.js`: reads its own script tag, mounts the chat in a shadow root, and never disturbs the host page. */

import { render } from "preact";
import english from "english:widget";
import { firstSpoken } from "../shared/languages";
import { attempt, browserStore } from "../shared/outbox";
import { Texts } from "../shared/texts";
import { ChatClient } from "./client";
import { Chat, type Mount } from "./view/chat";
import css from "./widget.css?text";

/** Milliseconds that the first picture waits for the labels of its language. */
const LABELS_WAIT = 1_000;
const TAG = "lotse-chat";

interface Options {
  readonly origin: string;
  readonly language: string | undefined;
  readonly title: string;
  readonly open: boolean;
  readonly target: string;
}

function readOptions(): Options | undefined {
  const script = (document.currentScript ?? document.querySelector('script[src*="/widget.js"]')) as HTMLScriptElement | null;
  if (!script?.src) return undefined;
  const { language, title, open, target } = script.dataset;
  return {
    origin: new URL(script.src).origin,
    language: firstSpoken([language]),
    title: title ?? "",
    open: open === "true",
    target: target ?? "",
  };
}

/** The customer's own choice counts until the page itself asks for another language. */
function languageChoice(options: Options): { readonly get: () => string | undefined; readonly set: (language: string) => void } {
  const store = browserStore("localStorage");
  const key = `lotse:${options.origin}:language:${options.language ?? ""}`;
  return {
    get: () => firstSpoken([attempt(() => store?.getItem(key))]),
    set: (language) => void attempt(() => store?.setItem(key, language)),
  };
}

async function mount(options: Options): Promise<void> {
  const target = options.target ? document.querySelector(options.target) : document.body;
  if (!target || document.querySelector(TAG)) return;
  const choice = languageChoice(options);
  const fixed = choice.get() ?? options.language;
  const first = fixed ?? firstSpoken([document.documentElement.lang, ...navigator.languages]) ?? "en";
  const texts = new Texts("widget", english, options.origin);
  const loaded = texts.load(first);
  // A page that names its language keeps it; else the labels follow the chat.
  const client = new ChatClient(options.origin, first, (language) => {
    if (!fixed && language && language !== texts.language.value) void texts.load(language);
  });
  await Promise.race([loaded, new Promise((done) => setTimeout(done, LABELS_WAIT))]);
  const use: Mount = {
    client,
    texts,
    origin: options.origin,
    title: options.title,
    inline: options.target !== "",
    open: options.open || options.target !== "",
    choose: (language) => {
      choice.set(language);
      void texts.load(language);
      client.choose(language);
    },
  };
  attach(target, use);
  if (use.open || client.returning) client.start();
}

function attach(target: Element, use: Mount): void {
  const host = document.createElement(TAG);
  if (use.inline) host.style.cssText = "display:block;height:100%;min-height:0";
  const root = host.attachShadow({ mode: "open" });
  dress(root);
  const place = document.createElement("div");
  place.className = use.inline ? "place inline" : "place";
  root.append(place);
  target.append(host);
  render(<Chat {...use} />, place);
}

/** A constructed sheet is not touched by the host page's policy for styles. */
function dress(root: ShadowRoot): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
  } catch {
    const style = document.createElement("style");
    style.textContent = css;
    root.append(style);
  }
}

function begin(options: Options): void {
  mount(options).catch((error: unknown) => console.warn("Lotse chat could not start:", error));
}

try {
  const options = readOptions();
  if (options && document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => begin(options), { once: true });
  else if (options) begin(options);
} catch (error) {
  console.warn("Lotse chat could not start:", error);
}
