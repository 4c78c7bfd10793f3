/** The picture of one dialog: cards and arrows, to be dragged and zoomed. */

import { computed, useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Dialog, Step } from "../shared/protocol";
import { label, target } from "./find";
import { CARD, layout, type Box, type Line } from "./layout";
import type { Model } from "./view";
import { centred, fitted, opening, ViewPort } from "./viewport";

interface Props {
  readonly model: Model;
  readonly dialog: Dialog;
}

export function PictureView({ model, dialog }: Props): JSX.Element {
  const { t } = model.texts;
  const frame = useRef<HTMLDivElement>(null);
  const picture = useComputed(() => layout(dialog)).value;
  const hovered = useSignal("");
  const port = useRef(new ViewPort()).current;
  const fit = (): void => {
    if (frame.current) port.view.value = fitted(picture, frame.current);
  };
  useEffect(() => {
    const start = picture.boxes.find((box) => box.name === dialog.start);
    if (frame.current) port.view.value = opening(picture, start, frame.current);
    return frame.current ? port.attach(frame.current) : undefined;
  }, []);
  useEffect(() => {
    const box = picture.boxes.find((item) => item.name === model.step.value);
    if (box && frame.current) port.view.value = centred(port.view.value, box, frame.current);
  }, [model.step.value]);
  const steps = new Map(dialog.steps.map((step) => [step.name, step]));
  const focus = hovered.value || model.step.value;
  const hits = useComputed(() => new Set(model.found.value.filter((one) => one.dialog === dialog.name).map((one) => one.step)));
  const { x, y, scale } = port.view.value;
  return (
    <section class="picture" aria-label={t("dialogs.picture")}>
      <div class="frame" ref={frame}>
        <div class="sheet" style={`width:${picture.width}px;height:${picture.height}px;transform:translate(${x}px,${y}px) scale(${scale})`}>
          <Lines lines={picture.lines} focus={focus} all={model.fallbacks.value} width={picture.width} height={picture.height} />
          {picture.boxes.map((box) => (
            <Card
              key={box.name}
              box={box}
              step={steps.get(box.name)}
              model={model}
              dialog={dialog}
              hit={hits.value.has(box.name)}
              far={focus !== "" && !near(picture.lines, focus, box.name)}
              onHover={(on) => (hovered.value = on ? box.name : "")}
            />
          ))}
        </div>
      </div>
      <div class="controls">
        <label>
          <input type="checkbox" checked={model.fallbacks.value} onChange={(event) => (model.fallbacks.value = event.currentTarget.checked)} />{" "}
          {t("dialogs.fallback")}
        </label>
        <button type="button" aria-label={t("dialogs.zoom_out")} onClick={() => frame.current && port.zoom(1 / 1.25, frame.current)}>
          −
        </button>
        <button type="button" aria-label={t("dialogs.zoom_in")} onClick={() => frame.current && port.zoom(1.25, frame.current)}>
          +
        </button>
        <button type="button" onClick={fit}>
          {t("dialogs.fit")}
        </button>
      </div>
    </section>
  );
}

function near(lines: readonly Line[], focus: string, name: string): boolean {
  return name === focus || lines.some((line) => (line.from === focus && line.to === name) || (line.to === focus && line.from === name));
}

interface LinesProps {
  readonly lines: readonly Line[];
  readonly focus: string;
  readonly all: boolean;
  readonly width: number;
  readonly height: number;
}

/** Fallback ways are many: they show for the step in focus, or on request. */
function Lines({ lines, focus, all, width, height }: LinesProps): JSX.Element {
  const shown = lines.filter((line) => !line.fallback || all || line.from === focus || line.to === focus);
  const strength = (line: Line): string => (!focus ? "" : line.from === focus ? "out" : line.to === focus ? "in" : "dim");
  const sorted = [...shown].sort((a, b) => Number(strength(a) !== "dim") - Number(strength(b) !== "dim"));
  return (
    <svg width={width} height={height} aria-hidden="true">
      <defs>
        {["", "out", "in", "dim"].map((name) => (
          <marker key={name} id={`tip${name}`} class={`tip ${name}`} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
            <path d="M0 0L8 4L0 8z" />
          </marker>
        ))}
      </defs>
      {sorted.map((line) => (
        <path
          key={`${line.from} ${line.to} ${line.why}`}
          d={line.path}
          class={`way ${strength(line)} ${line.fallback ? "fallback" : ""}`}
          marker-end={`url(#tip${strength(line)})`}
        />
      ))}
    </svg>
  );
}

interface CardProps extends Props {
  readonly box: Box;
  readonly step: Step | undefined;
  readonly hit: boolean;
  readonly far: boolean;
  readonly onHover: (on: boolean) => void;
}

function Card({ box, step, model, dialog, hit, far, onHover }: CardProps): JSX.Element {
  const { texts } = model;
  const source = model.dialogs.value?.source ?? "";
  const words = computed(() => (step ? label(step.texts, texts.language.value, source) : "")).value;
  const foreign = box.foreign ? target(box.name, dialog.name) : undefined;
  const classes = ["card", step?.verb ?? "", box.foreign ? "foreign" : "", step?.ends ? "ends" : "", hit ? "hit" : "", far ? "far" : ""];
  return (
    <button
      type="button"
      class={classes.filter(Boolean).join(" ")}
      style={`left:${box.x}px;top:${box.y}px;width:${CARD.width}px;height:${CARD.height}px`}
      aria-current={model.step.value === box.name ? "true" : undefined}
      data-step={box.name}
      onClick={() => model.show(foreign ?? { dialog: dialog.name, step: model.step.value === box.name ? "" : box.name })}
      onMouseEnter={() => onHover(true)}
      onMouseLeave={() => onHover(false)}
      onFocus={() => onHover(true)}
      onBlur={() => onHover(false)}
    >
      <strong>
        {box.name === dialog.start && <span class="start">{texts.t("dialogs.start")}</span>}
        {foreign ? `↗ ${foreign.step}` : box.name}
      </strong>
      <span>{foreign ? foreign.dialog : words || (step ? verb(model, step.verb) : "")}</span>
    </button>
  );
}

/** The word for what a step does. */
export function verb(model: Model, name: string): string {
  const key = `dialogs.verb.${name}`;
  const word = model.texts.t(key);
  return word === key ? name : word;
}
