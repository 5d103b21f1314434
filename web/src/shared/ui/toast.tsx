// Short news at the bottom: said aloud, gone after a while, with at most one thing to do (undo).
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { problemOf } from "../api/problem";

interface Toast {
  id: number;
  words: string;
  act?: { words: string; run: () => void };
}

const shownMs = 6000;
const shownWithActMs = 10000;
const toastsMax = 3;

const toasts = signal<readonly Toast[]>([]);
let next = 0;

function take(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}

export function tell(words: string, act?: Toast["act"]): void {
  const id = ++next;
  const toast: Toast = act ? { id, words, act } : { id, words };
  toasts.value = [...toasts.value, toast].slice(-toastsMax);
  setTimeout(() => take(id), act ? shownWithActMs : shownMs);
}

export function tellProblem(thrown: unknown): void {
  tell(problemOf(thrown).words);
}

export function Toasts(): JSX.Element {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((one) => (
        <div class="toast" key={one.id}>
          <span>{one.words}</span>
          {one.act && (
            <button
              type="button"
              onClick={() => {
                one.act?.run();
                take(one.id);
              }}
            >
              {one.act.words}
            </button>
          )}
        </div>
      ))}
    </div>
  );
}
