// Money and times as elements.
import type { JSX } from "preact";
import { money, type Amount } from "../money";
import { dateTime, relative } from "../time";

export function Money({ of }: { of: Amount }): JSX.Element {
  return <span class="number">{money(of)}</span>;
}

// The whole of it on hover; `zone` of the site where it happened.
export function Time({
  at,
  zone,
  as = "date",
}: {
  at: string;
  zone?: string;
  as?: "date" | "relative";
}): JSX.Element {
  const whole = dateTime(at, zone);
  return (
    <time dateTime={at} title={whole}>
      {as === "relative" ? relative(at) : whole}
    </time>
  );
}

export type BadgeKind = "good" | "bad" | "warn" | "info" | "plain";

export function Badge({ kind = "plain", words }: { kind?: BadgeKind; words: string }): JSX.Element {
  return <span class={`badge ${kind}`}>{words}</span>;
}
