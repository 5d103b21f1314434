// Who is signed in: undefined while nobody knows yet, null for nobody.
import { signal } from "@preact/signals";
import { forgetStored, readStored, writeStored } from "../stored";
import { seen } from "../page_name";
import { api, ask, setCsrfToken, type Schemas } from "./client";
import { Problem } from "./problem";

export type Me = Schemas["Me"];

export const me = signal<Me | null | undefined>(undefined);

// Without a connection it is whoever it was last: what they saw may be shown again. Other errors
// than "nobody" are thrown, and `me` stays as it was.
export async function loadMe(): Promise<Me | null> {
  try {
    const got = await ask(api.GET("/v1/me"));
    setCsrfToken(got.csrf_token ?? "");
    know(got);
    return got;
  } catch (thrown) {
    const last = readStored<Me>("browser", seen("me"));
    if (!(thrown instanceof Problem)) throw thrown;
    if (thrown.kind === "offline" && last) return (me.value = last);
    if (thrown.status !== 401) throw thrown;
    return (me.value = null);
  }
}

function know(who: Me): void {
  me.value = who;
  const { csrf_token: _secret, ...rest } = who;
  writeStored("browser", seen("me"), rest);
}

export function signedIn(answer: Schemas["SignedIn"]): Me {
  setCsrfToken(answer.csrf_token);
  know(answer.me);
  return answer.me;
}

// What this person has seen and begun is forgotten with them.
export async function signOut(): Promise<void> {
  await ask(api.POST("/v1/sign_out"));
  nobody();
}

export function nobody(): void {
  setCsrfToken("");
  me.value = null;
  forgetStored("browser", seen(""));
  forgetStored("tab", "");
}
