// What the cabinet's agent tells its screen (src/device/screen.hpp), as it changes.
import { signal } from "@preact/signals";
import { follow } from "@shared/api/live";
import { tellProblem } from "@shared/ui/toast";
import { problemOfAnswer } from "@shared/api/problem";

export type DoorState = "locked" | "unlocked" | "open" | "locking" | "closed" | "forced";

export interface CabinetState {
  state: DoorState;
  online: boolean;
  door_open: boolean;
  url: string; // Of the code; empty: there is none now.
  qr: string; // The same as SVG.
  text: string; // What the server wants shown.
  celsius: number | null;
  cameras: string[];
  problems: string[];
  waiting_bytes: number;
  simulated: boolean;
  manual: boolean;
  clips: string[];
  clip: number;
  playing_ms: number | null;
  others: { name: string; session: string; url: string }[];
  play: Play | null; // Null: there is no renderer, so no free play.
}

export interface PlayLine {
  product: string;
  quantity: number;
}

// Free play, as src/device/play_json.hpp has it.
export interface Play {
  stage: "choosing" | "rendering" | "ready" | "playing" | "played";
  acts: { puts: boolean; product: string; facing: string }[];
  facings: { id: string; front: string | null; count: number }[];
  hand: { product: string; count: number; fits: string[] }[];
  percent: number;
  problem: string; // Of the last rendering.
  rendering: number; // Counts them.
  truth: PlayLine[];
  charge: { state: string; lines: PlayLine[] | null } | null;
}

// Metres; x to the right, 0 in the middle of the opening, z up.
export interface Shelf {
  width: number;
  height: number;
  boards: { id: string; z: number }[];
  products: { id: string; width: number; height: number }[];
  facings: { id: string; board: string; product: string; left: number; right: number }[];
  acts_max: number;
}

export const cabinet = signal<CabinetState | null>(null);
export const silent = signal(false);

// Whether somebody has been served since this page was opened.
export const served = signal(false);

export function watch(): () => void {
  return follow("/events", {
    onEvent: ({ data }) => {
      const next = data as CabinetState;
      if (next.state === "closed" || next.state === "open") served.value = true;
      cabinet.value = next;
    },
    onState: (state) => (silent.value = state === "late"),
  });
}

async function post(path: string, body: unknown): Promise<void> {
  const answer = await fetch(path, { method: "POST", body: JSON.stringify(body) });
  if (!answer.ok) throw problemOfAnswer(answer.status, await answer.json().catch(() => ({})));
}

export const moveDoor = (open: boolean, force = false): Promise<void> =>
  post("/door", { open, force });

export type PlayAct =
  | { take: string }
  | { put: string; facing: string }
  | { do: "undo" | "render" | "begin_anew" };

export const act = (what: PlayAct): Promise<void> => post("/play", what);

export async function loadShelf(): Promise<Shelf> {
  const answer = await fetch("/play/shelf");
  const body: unknown = await answer.json().catch(() => ({}));
  if (!answer.ok) throw problemOfAnswer(answer.status, body);
  return body as Shelf;
}

export const chooseClip = (clip: number): void => {
  post("/clip", { clip }).catch(tellProblem);
};
