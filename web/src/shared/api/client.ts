// The public API, typed from api/openapi.yaml; pages use nothing else.
//
//   const receipt = await ask(api.GET("/v1/receipts/{id}", { params: { path: { id } } }));
//
// ask() gives the body, or throws a Problem. The cookie of sign-in goes along by itself; X-Tally-Page
// says which page's it is, and X-CSRF-Token goes with whatever changes something.
import createClient, { type Middleware } from "openapi-fetch";
import { pageName } from "../page_name";
import { patientFetch } from "./patience";
import { problemOf, problemOfAnswer } from "./problem";
import type { components, paths } from "@schema";

export type Schemas = components["schemas"];

let csrfToken = "";
export const setCsrfToken = (token: string): void => {
  csrfToken = token;
};

export const ofPage = { "X-Tally-Page": pageName };

const csrf: Middleware = {
  onRequest({ request }) {
    if (csrfToken && request.method !== "GET") request.headers.set("X-CSRF-Token", csrfToken);
    return request;
  },
};

export const api = createClient<paths>({
  baseUrl: location.origin,
  credentials: "same-origin",
  headers: ofPage,
  fetch: patientFetch,
});
api.use(csrf);

interface Answered<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

export async function ask<T>(answered: Promise<Answered<T>>): Promise<T> {
  let got: Answered<T>;
  try {
    got = await answered;
  } catch (thrown) {
    throw problemOf(thrown);
  }
  if (!got.response.ok) throw problemOfAnswer(got.response.status, got.error);
  return got.data as T;
}
