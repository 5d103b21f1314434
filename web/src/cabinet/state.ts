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

export const chooseClip = (clip: number): void => {
  post("/clip", { clip }).catch(tellProblem);
};
