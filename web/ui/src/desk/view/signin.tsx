/** Who works here says so. */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { LanguagePicker } from "../../shared/picker";
import type { DeskUse } from "../use";

export function SignInForm({ client, texts }: DeskUse): JSX.Element {
  const { t } = texts;
  const problem = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const submit = async (form: HTMLFormElement): Promise<void> => {
    const data = new FormData(form);
    busy.value = true;
    problem.value = await client.login(String(data.get("operator")).trim(), String(data.get("password")));
    busy.value = false;
  };
  return (
    <main class="signin">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit(event.currentTarget);
        }}
      >
        <img src="/static/favicon.svg" alt="" width="56" height="56" />
        <h1>{t("login.title")}</h1>
        <label>
          {t("login.operator")}
          <input ref={first} name="operator" autocomplete="username" autocapitalize="none" spellcheck={false} required />
        </label>
        <label>
          {t("login.password")}
          <input name="password" type="password" autocomplete="current-password" required />
        </label>
        <p class="problem" role="alert">
          {problem.value ? t(problem.value) : client.ended.value && t("login.ended")}
        </p>
        <button type="submit" class="primary" disabled={busy.value}>
          {t("login.go")}
        </button>
        <LanguagePicker texts={texts} />
      </form>
    </main>
  );
}
