// Days that people choose ("2026-11-29"), as times in a site's zone.

// What the zone's clocks show at a time, as if it were UTC.
function shownAt(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value ?? 0);
  return Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
}

// The zone's midnight at which the day begins, or undefined where it is no day. `later`: days on.
export function beginOf(day: string, zone: string, later = 0): string | undefined {
  const wanted = Date.parse(`${day}T00:00:00Z`) + later * 86400000;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(wanted)) return undefined;
  // Twice, since the offset before a change of clocks is another one.
  let at = wanted - (shownAt(wanted, zone) - wanted);
  at = wanted - (shownAt(at, zone) - at);
  return new Date(at).toISOString();
}

// The day of a time in the zone.
export function dayOf(at: number, zone: string): string {
  return new Date(shownAt(at, zone)).toISOString().slice(0, 10);
}

export const browserZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

// For a query: both days are inside.
export function span(
  from: string,
  to: string,
  zone: string,
): { from?: string; to?: string } {
  const begin = beginOf(from, zone);
  const end = beginOf(to, zone, 1);
  return { ...(begin && { from: begin }), ...(end && { to: end }) };
}
