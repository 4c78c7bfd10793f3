/** Below a customer's words: what the bot took them for, and all that was weighed, for whoever asks. */

import type { JSX } from "preact";
import type { Message } from "../../shared/protocol";
import { inFull, inShort, weighed } from "../meaning";
import type { DeskUse } from "../use";
import { languageIn } from "../words";
import { intentTitle } from "./label";

export function Why({ client, texts, message }: DeskUse & { readonly message: Message }): JSX.Element | null {
  const meaning = weighed(message);
  if (!meaning) return null;
  const title = (intent: string): string => intentTitle(client, texts, intent);
  return (
    <details class="why">
      <summary title={texts.t("meaning.hint")}>
        <span dir="auto">{inShort(texts.t, meaning, title)}</span>
      </summary>
      <ul>
        {inFull(texts.t, meaning, title, (code) => languageIn(code, texts.language.value)).map((line) => (
          <li key={line} dir="auto">
            {line}
          </li>
        ))}
      </ul>
    </details>
  );
}
