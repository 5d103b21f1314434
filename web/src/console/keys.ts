// Shortcuts of the keyboard: a page names its own with useKeys() while it is shown, and the help
// (?) lists all that work now. They rest while somebody types or a dialog is open.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

export interface Shortcut {
  key: string; // KeyboardEvent.key, or two of them: "g f" is g, then f.
  words: string; // For the help; keys with the same words stand in one line, none are not listed.
  run: (event: KeyboardEvent) => void;
  repeats?: boolean; // Works while the key is held.
}

interface Group {
  id: symbol;
  title: string;
  keys: () => readonly Shortcut[];
}

const secondKeyMs = 1200;

export const groups = signal<readonly Group[]>([]);

let firstKey = "";
let firstAt = 0;

function isBusy(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return true;
  if (document.querySelector("dialog[open]")) return true;
  const on = event.target;
  if (!(on instanceof HTMLElement)) return false;
  if (on.isContentEditable || on.closest("textarea, select")) return true;
  const input = on.closest("input");
  if (input && !["checkbox", "radio", "button", "range"].includes(input.type)) return true;
  // A control that has the focus keeps the keys that press it.
  const presses = event.key === "Enter" || event.key === " ";
  return presses && on.closest("a, button, summary, input") !== null;
}

addEventListener("keydown", (event) => {
  if (isBusy(event)) return;
  const pair = firstKey && Date.now() - firstAt < secondKeyMs ? `${firstKey} ${event.key}` : "";
  firstKey = "";
  const all = [...groups.value].reverse().flatMap((group) => group.keys());
  const found = all.find((one) => one.key === pair) ?? all.find((one) => one.key === event.key);
  if (found) {
    event.preventDefault();
    if (!event.repeat || found.repeats) found.run(event);
    return;
  }
  if (all.some((one) => one.key.startsWith(`${event.key} `))) {
    firstKey = event.key;
    firstAt = Date.now();
  }
});

// `list` may be another one at each drawing; the newest counts.
export function useKeys(title: string, list: readonly Shortcut[]): void {
  const newest = useRef(list);
  newest.current = list;
  useEffect(() => {
    const id = Symbol();
    groups.value = [...groups.value, { id, title, keys: () => newest.current }];
    return () => {
      groups.value = groups.value.filter((one) => one.id !== id);
    };
  }, [title]);
}
