/** The entry of `/`: three doors. */

import { effect } from "@preact/signals";
import { render, type JSX } from "preact";
import english from "english:pages";
import { pageLanguage } from "../shared/languages";
import { LanguagePicker } from "../shared/picker";
import { Texts } from "../shared/texts";
import "./index.css";

const texts = new Texts("pages", english);
void texts.load(pageLanguage());
effect(() => {
  document.documentElement.lang = texts.language.value;
  document.title = texts.t("index.title");
});

const DOORS: readonly (readonly [string, string])[] = [
  ["chat", "M4 5h16v11H9l-5 4z"],
  ["desk", "M4 13a8 8 0 0 1 16 0v5h-4v-6h4M4 13v5h4v-6H4"],
  ["dialogs", "M9 3h6v5H9zM3 16h6v5H3zM15 16h6v5h-6zM12 8v4M6 16v-4h12v4"],
];

function Door({ name, picture }: { readonly name: string; readonly picture: string }): JSX.Element {
  const { t } = texts;
  return (
    <a class="door" href={name === "chat" ? `/chat?language=${texts.language.value}` : `/${name}`}>
      <svg viewBox="0 0 24 24" width="36" height="36" aria-hidden="true">
        <path d={picture} fill="none" stroke="currentColor" stroke-width="1.6" stroke-linejoin="round" stroke-linecap="round" />
      </svg>
      <h2>{t(`index.${name}.title`)}</h2>
      <p>{t(`index.${name}.text`)}</p>
      <span class="go">{t(`index.${name}.go`)} →</span>
    </a>
  );
}

function Index(): JSX.Element {
  const { t } = texts;
  return (
    <>
      <header class="hero">
        <div class="bar">
          <img src="/static/favicon.svg" alt="" width="40" height="40" />
          <span class="word">Lotse</span>
          <LanguagePicker texts={texts} />
        </div>
        <h1>{t("index.headline")}</h1>
        <p>{t("index.lead")}</p>
        <svg class="waves" viewBox="0 0 1440 120" preserveAspectRatio="none" aria-hidden="true">
          <path class="far" d="M0 60c160-40 320-40 480 0s320 40 480 0 320-40 480 0v60H0z" />
          <path class="near" d="M0 86c160-30 320-30 480 0s320 30 480 0 320-30 480 0v34H0z" />
        </svg>
      </header>
      <main class="doors">
        {DOORS.map(([name, picture]) => (
          <Door key={name} name={name} picture={picture} />
        ))}
      </main>
      <footer>{t("index.foot")}</footer>
    </>
  );
}

const page = document.getElementById("page");
if (page) render(<Index />, page);
