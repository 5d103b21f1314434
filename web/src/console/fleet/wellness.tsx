// How a cabinet is, in one word: the worst of what is known.
import type { JSX } from "preact";
import { Badge, Time, type BadgeKind } from "@shared/ui/texts";
import type { Cabinet } from "../data";
import { celsius as inCelsius } from "../manage/celsius";
import { said } from "./strings";

export type Wellness = "open" | "fresh" | "offline" | "warm" | "locked" | "cameras" | "closed";

export const wellnesses: readonly Wellness[] = [
  "open",
  "closed",
  "locked",
  "warm",
  "cameras",
  "offline",
  "fresh",
];

export const kinds: Record<Wellness, BadgeKind> = {
  open: "good",
  fresh: "plain",
  offline: "bad",
  warm: "bad",
  locked: "warn",
  cameras: "warn",
  closed: "warn",
};

export function wellnessOf({ health, opens }: Cabinet): Wellness {
  if (health.last_seen === null && !health.connected) return "fresh";
  if (!health.connected) return "offline";
  if (health.warm_since !== null || health.locked_warm) return "warm";
  if (health.locked_by_operator) return "locked";
  if (health.camera_problems.length > 0) return "cameras";
  return opens ? "open" : "closed";
}

export function WellnessBadge({ of }: { of: Cabinet }): JSX.Element {
  const state = wellnessOf(of);
  return <Badge kind={kinds[state]} words={said.value.wellness[state]} />;
}

export function Temperature({ of }: { of: Cabinet }): JSX.Element {
  const { celsius, celsius_at: at, warm_since: warm } = of.health;
  if (celsius === null) return <span class="soft">{said.value.unknown}</span>;
  return (
    <span class={warm ? "number warm" : "number"} title={at ?? undefined}>
      {inCelsius(celsius)}
    </span>
  );
}

export function Seen({ of, zone }: { of: Cabinet; zone?: string | undefined }): JSX.Element {
  const at = of.health.last_seen;
  if (of.health.connected) return <span>{said.value.connected}</span>;
  if (!at) return <span class="soft">{said.value.never}</span>;
  return <Time at={at} as="relative" {...(zone ? { zone } : {})} />;
}
