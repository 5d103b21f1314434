// Filters and the like live in the address, so that a link shows the same and Back goes back.
import { useLocation, useSearch } from "wouter-preact";

export type UrlState = Readonly<Record<string, string>>;

// Values that equal their default are not in the address.
export function useUrlState<T extends UrlState>(
  defaults: T,
): [T, (change: Partial<T>, how?: { replace?: boolean }) => void] {
  const search = useSearch();
  const [path, go] = useLocation();
  const given = new URLSearchParams(search);
  const state = Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [name, given.get(name) ?? value]),
  ) as T;
  const change = (wanted: Partial<T>, { replace = false } = {}) => {
    const next = new URLSearchParams(search);
    for (const [name, value] of Object.entries(wanted)) {
      if (value === undefined || value === defaults[name]) next.delete(name);
      else next.set(name, value);
    }
    const text = next.toString();
    go(text ? `${path}?${text}` : path, { replace });
  };
  return [state, change];
}
