/** The shell of all small dialogs: a title, what is asked, "cancel", and one thing to do. Once sent it closes: a double click does nothing more. */

import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import type { Texts } from "../../../shared/texts";
import { matching } from "../../suggest";

interface Props {
  readonly texts: Texts;
  readonly title: string;
  readonly text?: string;
  /** What the button says that does it; none: there is nothing to do but to close. */
  readonly go?: string;
  readonly ready?: boolean;
  readonly cancel?: string;
  readonly onGo?: () => void;
  readonly onClose: () => void;
  readonly children?: ComponentChildren;
  readonly wide?: boolean;
}

export function Box({ texts, title, text, go, ready = true, cancel, onGo, onClose, children, wide }: Props): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const sent = useRef(false);
  const closed = useRef(false);
  // Before the next key: what somebody types without a pause belongs into the box.
  useLayoutEffect(() => {
    dialog.current?.showModal();
    dialog.current?.querySelector<HTMLElement>("[data-first]")?.focus();
  }, []);
  // At once, and once: the browser tells of it a moment later, and by then another box may be open.
  const close = (): void => {
    if (closed.current) return;
    closed.current = true;
    dialog.current?.close();
    onClose();
  };
  return (
    <dialog
      ref={dialog}
      class={wide ? "box wide" : "box"}
      aria-labelledby={id}
      onCancel={close}
      onClose={close}
      onClick={(event) => {
        if (event.target === dialog.current && !go) close();
      }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (sent.current || !ready) return;
          sent.current = true;
          onGo?.();
          close();
        }}
      >
        <h2 id={id} dir="auto">
          {title}
        </h2>
        {text && <p class="lead">{text}</p>}
        {children}
        <div class="ends">
          <button type="button" class={go ? "" : "primary"} onClick={close}>
            {cancel ?? texts.t(go ? "cancel" : "dismiss")}
          </button>
          {go && (
            <button type="submit" class="primary" disabled={!ready}>
              {go}
            </button>
          )}
        </div>
      </form>
    </dialog>
  );
}

export interface Option {
  readonly key: string;
  readonly title: string;
  readonly about?: string;
  /** A mark before the title: the class of a dot. */
  readonly dot?: string;
}

interface PickProps {
  readonly texts: Texts;
  readonly label: string;
  readonly options: readonly Option[];
  readonly value: string;
  readonly onPick: (key: string) => void;
  readonly search?: boolean;
  /** Few and short: beside each other. */
  readonly compact?: boolean;
}

/** One of many: radio buttons, so that arrow keys and readers know them, with words to search where there are many. */
export function Pick({ texts, label, options, value, onPick, compact = false, search = !compact && options.length > 7 }: PickProps): JSX.Element {
  const name = useId();
  const words = useSignal("");
  const shown = matching(options, words.value, (one) => one.title, (one) => `${one.about ?? ""} ${one.key}`);
  return (
    <fieldset class={compact ? "pick compact" : "pick"}>
      <legend>{label}</legend>
      {search && (
        <input
          type="search"
          data-first
          value={words.value}
          placeholder={texts.t("search")}
          aria-label={`${label}: ${texts.t("search")}`}
          onInput={(event) => (words.value = event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !shown[0]) return;
            // The first that fits is meant; a second Enter sends.
            if (shown.some((one) => one.key === value)) return;
            event.preventDefault();
            onPick(shown[0].key);
          }}
        />
      )}
      <div class="options">
        {shown.map((one, index) => (
          <label key={one.key} class="option">
            <input type="radio" name={name} value={one.key} checked={one.key === value} data-first={!search && (value ? one.key === value : index === 0) ? true : undefined} onChange={() => onPick(one.key)} />
            {one.dot && <span class={`presence ${one.dot}`} aria-hidden="true" />}
            <span class="words" dir="auto">
              {one.title}
              {one.about && <small>{one.about}</small>}
            </span>
          </label>
        ))}
        {shown.length === 0 && <p class="empty">{texts.t("nothing_found")}</p>}
      </div>
    </fieldset>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly lines?: number;
  readonly type?: "text" | "tel";
  readonly hint?: string;
  readonly first?: boolean;
  readonly maxLength?: number;
}

export function Field({ label, value, onInput, lines, hint, type = "text", first, maxLength = 500 }: FieldProps): JSX.Element {
  const common = { value, maxLength, dir: "auto" as const, "data-first": first ? true : undefined };
  return (
    <label class="field">
      <span>{label}</span>
      {lines ? (
        <textarea {...common} rows={lines} onInput={(event) => onInput(event.currentTarget.value)} />
      ) : (
        <input {...common} type="text" inputMode={type} onInput={(event) => onInput(event.currentTarget.value)} />
      )}
      {hint && <small>{hint}</small>}
    </label>
  );
}
