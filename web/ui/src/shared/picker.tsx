/** The language control of the pages. */

import type { JSX } from "preact";
import { LANGUAGE_NAMES, LANGUAGES, rememberLanguage } from "./languages";
import type { Texts } from "./texts";

export function LanguagePicker({ texts }: { readonly texts: Texts }): JSX.Element {
  return (
    <select
      class="picker"
      aria-label={texts.t("language")}
      value={texts.language.value}
      onChange={(event) => {
        rememberLanguage(event.currentTarget.value);
        void texts.load(event.currentTarget.value);
      }}
    >
      {LANGUAGES.map((code) => (
        <option key={code} value={code} lang={code}>
          {LANGUAGE_NAMES[code]}
        </option>
      ))}
    </select>
  );
}
