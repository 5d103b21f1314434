// Who is signed in: undefined while nobody knows yet, null for nobody.
import { signal } from "@preact/signals";
import { forgetStored } from "../stored";
import { api, ask, setCsrfToken, type Schemas } from "./client";
import { Problem } from "./problem";

export type Me = Schemas["Me"];

export const me = signal<Me | null | undefined>(undefined);

// Errors other than "nobody" are thrown, and `me` stays as it was.
export async function loadMe(): Promise<Me | null> {
  try {
    const got = await ask(api.GET("/v1/me"));
    setCsrfToken(got.csrf_token ?? "");
    me.value = got;
  } catch (thrown) {
    if (!(thrown instanceof Problem) || thrown.status !== 401) throw thrown;
    me.value = null;
  }
  return me.value;
}

export function signedIn(answer: Schemas["SignedIn"]): Me {
  setCsrfToken(answer.csrf_token);
  me.value = answer.me;
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
  forgetStored("browser", "seen.");
  forgetStored("tab", "");
}
