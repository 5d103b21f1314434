// Signals whose value outlives a reload. Where the browser keeps nothing (private windows), they
// are ordinary signals.
import { effect, signal, type Signal } from "@preact/signals";

export type Place = "tab" | "browser";

function storage(place: Place): Storage | null {
  try {
    return place === "tab" ? sessionStorage : localStorage;
  } catch {
    return null;
  }
}

export function readStored<T>(place: Place, name: string): T | undefined {
  try {
    const text = storage(place)?.getItem(`tally.${name}`);
    return text == null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}

// `undefined` removes it.
export function writeStored<T>(place: Place, name: string, value: T | undefined): void {
  try {
    if (value === undefined) storage(place)?.removeItem(`tally.${name}`);
    else storage(place)?.setItem(`tally.${name}`, JSON.stringify(value));
  } catch {
    return; // Full, or forbidden: the page goes on without.
  }
}

// Takes away all that begins with `prefix`, such as what a person who signs out has seen.
export function forgetStored(place: Place, prefix: string): void {
  const kept = storage(place);
  if (!kept) return;
  for (const key of Object.keys(kept)) {
    if (key.startsWith(`tally.${prefix}`)) kept.removeItem(key);
  }
}

// Drafts belong to "tab", choices to "browser". What was stored by an older page and fails
// `isValid` is dropped.
export function stored<T>(
  place: Place,
  name: string,
  initial: T,
  isValid: (value: T) => boolean = () => true,
): Signal<T> {
  const found = readStored<T>(place, name);
  const value = signal(found !== undefined && isValid(found) ? found : initial);
  let first = true;
  effect(() => {
    const now = value.value;
    if (!first) writeStored(place, name, now);
    first = false;
  });
  return value;
}
