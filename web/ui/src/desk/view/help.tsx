/** The keys of the desk. */

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Texts } from "../../shared/texts";

const KEYS: readonly (readonly [string, string])[] = [
  ["j / k, ↓ / ↑", "move"],
  ["Enter", "open"],
  ["c", "claim"],
  ["r", "answer"],
  ["Enter, Ctrl+Enter", "send"],
  ["Shift+Enter", "line"],
  ["Esc", "leave"],
  ["?", "help"],
];

export function Help({ texts, onClose }: { readonly texts: Texts; readonly onClose: () => void }): JSX.Element {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => box.current?.showModal(), []);
  return (
    <dialog ref={box} class="box" aria-labelledby="help-title" onClose={onClose}>
      <h2 id="help-title">{texts.t("help.title")}</h2>
      <dl class="keys">
        {KEYS.map(([key, what]) => (
          <div key={what}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{texts.t(`help.${what}`)}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit" class="primary">
          {texts.t("dismiss")}
        </button>
      </form>
    </dialog>
  );
}
