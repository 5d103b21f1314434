// Taking reviews and deciding them. A decision waits a moment before it is sent, so that it can be
// taken back; the next review does not wait for it.
import { signal } from "@preact/signals";
import { api, ask, type Schemas } from "@shared/api/client";
import { me } from "@shared/api/me";
import { once } from "@shared/api/once";
import { problemOf } from "@shared/api/problem";
import { readStored, writeStored } from "@shared/stored";
import { tellProblem } from "@shared/ui/toast";
import { chargedOf, type Line } from "./lines";

export type Review = Schemas["Review"];

interface Pending {
  review: string;
  lines: Line[];
  at: number; // When it was decided; what comes after that is no part of how long a review takes.
}

const undoMs = 3000;
const heldMsMax = 10000; // As the API has it.
const pendingName = "console.review.pending"; // Outlives a reload, which sends it.

export const pending = signal<Pending | undefined>(readStored<Pending>("tab", pendingName));

let timer = 0;

function keep(value: Pending | undefined): void {
  pending.value = value;
  writeStored("tab", pendingName, value);
}

async function send({ review, lines, at }: Pending): Promise<void> {
  try {
    await once(`review/${review}`, (key) =>
      ask(
        api.POST("/v1/reviews/{id}/decide", {
          params: { path: { id: review }, header: { "Idempotency-Key": key } },
          body: { lines, held_ms: Math.min(heldMsMax, Math.max(0, Date.now() - at)) },
          keepalive: true,
        }),
      ),
    );
    forgetDraft(review);
  } catch (thrown) {
    tellProblem(thrown);
  }
}

// Sends what waits.
export function flush(): Promise<void> {
  clearTimeout(timer);
  const waiting = pending.value;
  if (!waiting) return Promise.resolve();
  keep(undefined);
  return send(waiting);
}

export function decide(review: string, lines: readonly Line[]): void {
  void flush();
  keep({ review, lines: chargedOf(lines), at: Date.now() });
  timer = window.setTimeout(() => void flush(), undoMs);
}

// The review whose decision was taken back.
export function takeBack(): string | undefined {
  clearTimeout(timer);
  const waiting = pending.value;
  keep(undefined);
  return waiting?.review;
}

addEventListener("pagehide", () => void flush());
if (pending.value) timer = window.setTimeout(() => void flush(), undoMs);

// The one that has waited longest, or nothing. `after` passes over those up to one.
export async function claimNext(after?: string): Promise<Review | undefined> {
  const passed = after ?? pending.value?.review;
  const got: Review | undefined = await ask(
    api.POST("/v1/review_queue/claim", { body: passed ? { after: passed } : {} }),
  );
  return got || undefined;
}

export const claim = (id: string): Promise<Review> =>
  ask(api.POST("/v1/reviews/{id}/claim", { params: { path: { id } } }));

// Nobody loses anything where it fails: the claim ends by itself.
export async function giveBack(id: string): Promise<void> {
  await ask(api.POST("/v1/reviews/{id}/unclaim", { params: { path: { id } } })).catch(
    (thrown: unknown) => void problemOf(thrown),
  );
}

export const isMine = (review: Review): boolean =>
  review.state === "claimed" &&
  review.claimed_by === me.value?.id &&
  (!review.claimed_until || new Date(review.claimed_until).getTime() > Date.now());

// ---- What was changed and not yet accepted, over reloads

const draftName = (review: string) => `console.review.draft.${review}`;
export const keptDraft = (review: string): Line[] | undefined =>
  readStored<Line[]>("tab", draftName(review));
export const keepDraft = (review: string, lines: readonly Line[]): void =>
  writeStored("tab", draftName(review), lines);
export const forgetDraft = (review: string): void =>
  writeStored("tab", draftName(review), undefined);
