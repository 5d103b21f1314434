// What went wrong, as a person is told: what happened, and what to do.
import { words } from "../strings";
import type { components } from "@schema";

type Body = components["schemas"]["Problem"];

// "offline": no answer came. "server": 5xx. "refused": a 4xx, which repeating does not change.
export type ProblemKind = "offline" | "server" | "refused";

export class Problem extends Error {
  readonly kind: ProblemKind;
  readonly status: number;
  readonly code: string;
  readonly param: string;
  readonly requestId: string;

  constructor(kind: ProblemKind, status: number, body: Partial<Body>) {
    super(body.message ?? body.title ?? "");
    this.kind = kind;
    this.status = status;
    this.code = body.code ?? "";
    this.param = body.param ?? "";
    this.requestId = body.request_id ?? "";
  }

  // One sentence or two, in the page's language where we have words for the code.
  get happened(): string {
    const known = words.value.problems;
    if (this.kind === "offline") return known.offline.happened;
    const named = known.codes[this.code];
    if (named) return named.happened;
    if (this.kind === "server") return known.server.happened;
    const said = sentence(this.message);
    const refusal = known.refusals[this.code] ?? known.refused.happened;
    return said ? known.serverSays(said, refusal) : refusal;
  }

  get todo(): string {
    const known = words.value.problems;
    if (this.kind === "offline") return known.offline.todo;
    const named = known.codes[this.code];
    if (named) return named.todo;
    return this.kind === "server" ? known.server.todo : "";
  }

  get words(): string {
    return [this.happened, this.todo].filter(Boolean).join(" ");
  }
}

function sentence(text: string): string {
  if (!text) return "";
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}

export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof TypeError) return new Problem("offline", 0, {});
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new Problem("refused", 0, { message });
}

export function problemOfAnswer(status: number, body: unknown): Problem {
  const known = typeof body === "object" && body !== null ? (body as Partial<Body>) : {};
  return new Problem(status >= 500 ? "server" : "refused", status, known);
}
