/** The keys of the desk. */

import type { JSX } from "preact";
import type { Texts } from "../../../shared/texts";
import { TOOLS } from "../../tools";
import { Box } from "./box";

type Keys = readonly (readonly [string, string])[];

const LISTS: Keys = [
  ["j / k, ↓ / ↑", "move"],
  ["Enter", "open"],
  ["u", "unread"],
  ["/", "search"],
  ["c", "claim"],
];
const WRITING: Keys = [
  ["r", "answer"],
  ["n", "note"],
  ["Enter", "send"],
  ["Shift+Enter", "line"],
  ["/", "canned"],
  ["@", "mention"],
  ["Esc", "leave"],
];

export function Help({ texts, onClose }: { readonly texts: Texts; readonly onClose: () => void }): JSX.Element {
  const { t } = texts;
  const tools: Keys = [...TOOLS.map((tool) => [tool.key, `tools.${tool.box}_hint`] as const), ["l", "label.hint"], ["o", "help.older"], ["s", "help.status"], ["?", "help.help"]];
  return (
    <Box wide texts={texts} title={t("help.title")} onClose={onClose}>
      <div class="help">
        <Section title={t("tabs.list")} keys={LISTS.map(([key, what]) => [key, t(`help.${what}`)])} />
        <Section title={t("help.writing")} keys={WRITING.map(([key, what]) => [key, t(`help.${what}`)])} />
        <Section title={t("tools.title")} keys={tools.map(([key, what]) => [key, t(what)])} />
      </div>
    </Box>
  );
}

function Section({ title, keys }: { readonly title: string; readonly keys: Keys }): JSX.Element {
  return (
    <section>
      <h3>{title}</h3>
      <dl class="keys">
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
