/** What the right pane is made of: sections that fold, names with values. */

import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { plain } from "../words";
import { Icon } from "./icon";

export function Section({ title, side, children }: { readonly title: string; readonly side?: ComponentChildren; readonly children: ComponentChildren }): JSX.Element {
  const open = useSignal(true);
  return (
    <section class="section">
      <div class="head">
        <h3>
          <button type="button" class="fold" aria-expanded={open.value} onClick={() => (open.value = !open.value)}>
            <span class="title">{title}</span>
            <Icon name="fold" />
          </button>
        </h3>
        {side}
      </div>
      {open.value && children}
    </section>
  );
}

export function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <div class="fact">
      <dt>{breakable(name)}</dt>
      <dd dir="auto">{children}</dd>
    </div>
  );
}

/** A long name breaks where its parts meet. */
function breakable(name: string): ComponentChildren {
  return name.split(/(?<=[._/])/).map((part) => [part, <wbr />]);
}

/** A plain value as words; an object as its own small list. */
export function Value({ value, language }: { readonly value: unknown; readonly language: string }): JSX.Element {
  if (Array.isArray(value)) return <>{value.map((one) => plain(one, language)).join(", ")}</>;
  if (typeof value !== "object" || value === null) return <>{plain(value, language)}</>;
  return (
    <>
      {Object.entries(value).map(([name, inner]) => (
        <span class="inner" key={name}>
          <i>{name}</i> {plain(inner, language)}
        </span>
      ))}
    </>
  );
}
