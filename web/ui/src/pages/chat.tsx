/** The entry of `/chat`: a page of the fictional provider Nordnetz, with the widget embedded as any site would do it. */

import { effect } from "@preact/signals";
import { render, type JSX } from "preact";
import { useEffect } from "preact/hooks";
import english from "english:pages";
import { pageLanguage } from "../shared/languages";
import { Texts } from "../shared/texts";
import "./chat.css";

const language = pageLanguage();
const texts = new Texts("pages", english);
void texts.load(language);
effect(() => {
  document.documentElement.lang = texts.language.value;
  document.title = texts.t("chat.title");
});

function Chat(): JSX.Element {
  const { t } = texts;
  useEffect(embed, []);
  return (
    <div class="shop">
      <header>
        <span class="logo" aria-hidden="true">
          ◒
        </span>
        <strong>Nordnetz</strong>
        <nav aria-label={t("chat.menu")}>
          {["internet", "mobile", "tv", "help"].map((name) => (
            <span key={name} class={name === "help" ? "here" : ""}>
              {t(`chat.nav.${name}`)}
            </span>
          ))}
        </nav>
      </header>
      <main>
        <div class="words">
          <h1>{t("chat.headline")}</h1>
          <p>{t("chat.lead")}</p>
          <ul>
            {["outage", "order", "billing", "address"].map((name) => (
              <li key={name}>{t(`chat.topics.${name}`)}</li>
            ))}
          </ul>
          <p class="small">
            {t("chat.demo")} <a href="/">Lotse</a>
          </p>
        </div>
        <div id="chat" />
      </main>
    </div>
  );
}

/** What a site's own page would write as `<script src=… async data-…>`. */
function embed(): void {
  const script = document.createElement("script");
  script.src = "/widget.js";
  script.async = true;
  Object.assign(script.dataset, { language, target: "#chat", open: "true" });
  document.head.append(script);
}

const page = document.getElementById("page");
if (page) render(<Chat />, page);
