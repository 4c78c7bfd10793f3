/** The chosen step: its texts in all languages side by side, its buttons, its ways on. */

import type { JSX } from "preact";
import { LANGUAGE_NAMES } from "../shared/languages";
import type { Dialogs, Labels, Step } from "../shared/protocol";
import { comesFrom, target } from "./find";
import { verb } from "./picture";
import type { Model } from "./view";

export function StepView({ model }: { readonly model: Model }): JSX.Element | null {
  const { t } = model.texts;
  const dialogs = model.dialogs.value;
  const dialog = model.dialog.value;
  const step = dialog?.steps.find((item) => item.name === model.step.value);
  if (!dialogs || !dialog || !step) return null;
  const from = comesFrom(dialog, step.name);
  return (
    <aside class="step" aria-label={step.name}>
      <header>
        <div>
          <h2>{step.name}</h2>
          <p class="muted">{verb(model, step.verb)}</p>
        </div>
        <button type="button" aria-label={t("dialogs.close")} onClick={() => (model.step.value = "")}>
          ×
        </button>
      </header>
      {step.ends && <p class="end">{t("dialogs.ends", { outcome: step.ends })}</p>}
      <h3>{t("dialogs.texts")}</h3>
      {Object.keys(step.texts).length ? <Words model={model} dialogs={dialogs} labels={step.texts} /> : <p class="muted">{t("dialogs.no_texts")}</p>}
      <Options model={model} dialogs={dialogs} step={step} dialog={dialog.name} />
      <h3>{t("dialogs.ways")}</h3>
      {step.ways.length === 0 && <p class="muted">{t("dialogs.none")}</p>}
      <ul class="ways">
        {step.ways.map((way, index) => (
          <li key={index}>
            <span class="muted">{t(`dialogs.why.${way.why}`)}</span>
            <Go model={model} to={way.to} dialog={dialog.name} />
          </li>
        ))}
      </ul>
      <h3>{t("dialogs.from")}</h3>
      {from.length === 0 && <p class="muted">{t("dialogs.none")}</p>}
      <ul class="from">
        {from.map((name) => (
          <li key={name}>
            <Go model={model} to={name} dialog={dialog.name} />
          </li>
        ))}
      </ul>
    </aside>
  );
}

interface WordsProps {
  readonly model: Model;
  readonly dialogs: Dialogs;
  readonly labels: Labels;
  /** Language codes instead of their names. */
  readonly short?: boolean;
}

function Words({ model, dialogs, labels, short }: WordsProps): JSX.Element {
  const { t } = model.texts;
  return (
    <dl class="words">
      {dialogs.languages.map((code) => (
        <div key={code} lang={code}>
          <dt lang={model.texts.language.value}>
            {short ? code : (LANGUAGE_NAMES[code] ?? code)}
            {!short && code === dialogs.source && <span class="muted"> · {t("dialogs.source")}</span>}
          </dt>
          <dd dir="auto" class={labels[code] ? "" : "missing"}>
            {labels[code] || t("dialogs.missing")}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Options({ model, dialogs, step, dialog }: { readonly model: Model; readonly dialogs: Dialogs; readonly step: Step; readonly dialog: string }): JSX.Element | null {
  const { t } = model.texts;
  if (!step.options.length) return null;
  return (
    <>
      <h3>{t("dialogs.options")}</h3>
      <ul class="options">
        {step.options.map((option) => (
          <li key={option.name}>
            <p>
              <strong>{option.name}</strong>
              {option.go && <Go model={model} to={option.go} dialog={dialog} />}
            </p>
            <Words model={model} dialogs={dialogs} labels={option.labels} short />
          </li>
        ))}
      </ul>
    </>
  );
}

function Go({ model, to, dialog }: { readonly model: Model; readonly to: string; readonly dialog: string }): JSX.Element {
  return (
    <button type="button" class="go" onClick={() => model.show(target(to, dialog))}>
      {to}
    </button>
  );
}
