/** The page of the dialogs: list, search and problems on the left, the picture, and the chosen step on the right. */

import { computed, effect, signal } from "@preact/signals";
import type { JSX } from "preact";
import type { Dialog, Dialogs } from "../shared/protocol";
import { LanguagePicker } from "../shared/picker";
import type { Texts } from "../shared/texts";
import { full } from "../shared/times";
import { found, type Found } from "./find";
import { PictureView } from "./picture";
import { StepView } from "./step";

/** What the parts of this page share. */
export class Model {
  readonly dialogs = signal<Dialogs | undefined>(undefined);
  readonly failed = signal(false);
  readonly chosen = signal("");
  readonly step = signal("");
  readonly query = signal("");
  readonly fallbacks = signal(false);
  readonly dialog = computed<Dialog | undefined>(
    () => this.dialogs.value?.dialogs.find((dialog) => dialog.name === this.chosen.value) ?? this.dialogs.value?.dialogs[0],
  );
  readonly found = computed<readonly Found[]>(() => (this.dialogs.value ? found(this.dialogs.value, this.query.value) : []));

  constructor(readonly texts: Texts) {
    const [dialog = "", step = ""] = decodeURIComponent(location.hash.slice(1)).split("/");
    this.chosen.value = dialog;
    this.step.value = step;
    effect(() => {
      const dialogName = this.dialog.value?.name;
      if (dialogName) history.replaceState(null, "", `#${[dialogName, this.step.value].filter(Boolean).map(encodeURIComponent).join("/")}`);
    });
  }

  async load(): Promise<void> {
    this.failed.value = false;
    try {
      const answer = await fetch("/dialogs.json");
      if (!answer.ok) throw new Error(`dialogs.json: ${answer.status}`);
      this.dialogs.value = (await answer.json()) as Dialogs;
    } catch {
      this.failed.value = true;
    }
  }

  show({ dialog, step }: Found): void {
    this.chosen.value = dialog;
    this.step.value = step;
  }
}

export function DialogsPage({ model }: { readonly model: Model }): JSX.Element {
  const { t } = model.texts;
  const dialogs = model.dialogs.value;
  return (
    <div class={model.step.value ? "dialogs detail" : "dialogs"}>
      <header class="top">
        <a href="/" aria-label="Lotse">
          <img src="/static/favicon.svg" alt="" width="28" height="28" />
        </a>
        <h1>{dialogs?.title ? `${dialogs.title} · ${t("dialogs.title")}` : t("dialogs.title")}</h1>
        <LanguagePicker texts={model.texts} />
      </header>
      {!dialogs && (
        <p class="state" role="status">
          {t(model.failed.value ? "dialogs.failed" : "dialogs.loading")}{" "}
          {model.failed.value && (
            <button type="button" onClick={() => void model.load()}>
              {t("dialogs.again")}
            </button>
          )}
        </p>
      )}
      {dialogs && (
        <main>
          <Side model={model} dialogs={dialogs} />
          {model.dialog.value && <PictureView key={model.dialog.value.name} model={model} dialog={model.dialog.value} />}
          <StepView model={model} />
        </main>
      )}
    </div>
  );
}

function Side({ model, dialogs }: { readonly model: Model; readonly dialogs: Dialogs }): JSX.Element {
  const { t } = model.texts;
  return (
    <aside class="side">
      <input
        type="search"
        placeholder={t("dialogs.search")}
        aria-label={t("dialogs.search")}
        value={model.query.value}
        onInput={(event) => (model.query.value = event.currentTarget.value)}
      />
      {model.query.value.trim() ? <Results model={model} /> : <List model={model} dialogs={dialogs} />}
      <Problems model={model} dialogs={dialogs} />
      <p class="muted">{t("dialogs.loaded", { time: full(dialogs.loaded_at, model.texts.language.value), version: dialogs.version })}</p>
    </aside>
  );
}

function List({ model, dialogs }: { readonly model: Model; readonly dialogs: Dialogs }): JSX.Element {
  return (
    <ul class="list">
      {dialogs.dialogs.map((dialog) => (
        <li key={dialog.name}>
          <button
            type="button"
            aria-current={model.dialog.value?.name === dialog.name ? "true" : undefined}
            onClick={() => model.show({ dialog: dialog.name, step: "" })}
          >
            <strong>{dialog.title || dialog.name}</strong>
            <span class="muted">
              {dialog.name} · {model.texts.t("dialogs.steps", { count: dialog.steps.length })}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function Results({ model }: { readonly model: Model }): JSX.Element {
  const results = model.found.value;
  return (
    <>
      <p class="muted" role="status">
        {model.texts.t("dialogs.found", { count: results.length })}
      </p>
      <ul class="list">
        {results.map((result) => (
          <li key={`${result.dialog}/${result.step}`}>
            <button
              type="button"
              aria-current={model.step.value === result.step && model.dialog.value?.name === result.dialog ? "true" : undefined}
              onClick={() => model.show(result)}
            >
              <strong>{result.step}</strong>
              <span class="muted">{result.dialog}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function Problems({ model, dialogs }: { readonly model: Model; readonly dialogs: Dialogs }): JSX.Element {
  const { t } = model.texts;
  return (
    <section class="problems">
      <h2>
        {t("dialogs.problems")} {dialogs.problems.length > 0 && <span class="count">{dialogs.problems.length}</span>}
      </h2>
      {dialogs.problems.length === 0 && <p class="good">✓ {t("dialogs.no_problems")}</p>}
      <ul>
        {dialogs.problems.map((problem, index) => (
          <li key={index}>
            <span class="muted">
              {problem.file}, {t("dialogs.line", { line: String(problem.line) })}
            </span>
            <p>{problem.message}</p>
            {problem.todo && <p class="muted">→ {problem.todo}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}
