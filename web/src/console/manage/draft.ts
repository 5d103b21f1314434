// What a person has typed and not sent yet: it stays over a reload, until it is sent or thrown away.
import { useMemo } from "preact/hooks";
import { signal, type Signal } from "@preact/signals";
import { stored } from "@shared/stored";

export function useDraft<T>(
  name: string,
  initial: T,
  isValid?: (value: T) => boolean,
): Signal<T> {
  return useMemo(() => stored<T>("tab", `draft.${name}`, initial, isValid), [name]);
}

// A form of texts: one signal for each field, and how to clear them all.
export type Fields<K extends string> = Record<K, Signal<string>>;

// `place` "nowhere" is for passwords, and for what is read from the server as it is shown.
export function useFields<K extends string>(
  name: string,
  initial: Record<K, string>,
  place: "tab" | "nowhere" = "tab",
): [Fields<K>, () => void] {
  return useMemo(() => {
    const keys = Object.keys(initial) as K[];
    const fields = Object.fromEntries(
      keys.map((key) => [
        key,
        place === "tab"
          ? stored<string>("tab", `draft.${name}.${key}`, initial[key])
          : signal(initial[key]),
      ]),
    ) as Fields<K>;
    const clear = () => {
      for (const key of keys) fields[key].value = initial[key];
    };
    return [fields, clear];
  }, [name]);
}
