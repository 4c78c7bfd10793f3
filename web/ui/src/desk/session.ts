/** Signing in and out: requests to the service. */

import type { Me } from "../shared/protocol";

/** Nothing on success, else the key of what to say. */
export async function login(operator: string, password: string): Promise<string | undefined> {
  try {
    const answer = await fetch("/desk/login", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ operator, password }),
    });
    if (answer.status === 401) return "login.wrong";
    if (answer.status === 429) return "login.too_often";
    if (!answer.ok) return "login.unavailable";
    if (talks((await answer.json()) as Me)) return undefined;
    await logout();
    return "login.no_chats";
  } catch {
    return "login.unavailable";
  }
}

export async function logout(): Promise<void> {
  await fetch("/desk/logout", { method: "POST" }).catch(() => undefined);
}

/** Who is signed in; "out": nobody; undefined: the service can't say now. */
export async function whoAmI(): Promise<Me | "out" | undefined> {
  const answer = await fetch("/desk/me");
  if (answer.status === 401) return "out";
  if (!answer.ok) return undefined;
  const me = (await answer.json()) as Me;
  return talks(me) ? me : "out";
}

/** Editors maintain the dialogs; the desk has nothing for them, and would try to connect for ever. */
function talks(me: Me): boolean {
  return me.role !== "editor";
}
