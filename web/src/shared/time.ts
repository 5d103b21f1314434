// Times in words. `zone` is that of the site where it happened ("Europe/Berlin"); without it, the
// browser's.
import { dates, numbers } from "./formats";
import { locale } from "./language";

function options(zone: string | undefined): Intl.DateTimeFormatOptions {
  return zone ? { timeZone: zone } : {};
}

export function dateTime(at: string, zone?: string): string {
  const style = { dateStyle: "medium", timeStyle: "short" } as const;
  return dates({ ...style, ...options(zone) }).format(new Date(at));
}

export function dateOnly(at: string, zone?: string): string {
  return dates({ dateStyle: "medium", ...options(zone) }).format(new Date(at));
}

export function timeOnly(at: string, zone?: string): string {
  return dates({ timeStyle: "short", ...options(zone) }).format(new Date(at));
}

export function timeWithSeconds(at: string, zone?: string): string {
  return dates({ timeStyle: "medium", ...options(zone) }).format(new Date(at));
}

const steps: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];

// "3 minutes ago", "in 2 days".
export function relative(at: string, now: number = Date.now()): string {
  const seconds = (new Date(at).getTime() - now) / 1000;
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: "auto" });
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return format.format(Math.round(seconds / size), unit);
  }
  return format.format(Math.round(seconds), "second");
}

// "1.2 s": how long something took.
export const secondsOf = (ms: number): string =>
  `${numbers({ maximumFractionDigits: 1 }).format(ms / 1000)} s`;

// 83.4 -> "1:23"; for players and timers.
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const rest = String(whole % 60).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes}:${rest}`
    : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}
