// The state of a session in one badge.
import type { JSX } from "preact";
import type { Schemas } from "@shared/api/client";
import { Badge, type BadgeKind } from "@shared/ui/texts";
import { said } from "./strings";

export type Session = Schemas["Session"];

const kinds: Record<Session["state"], BadgeKind> = {
  holding: "plain",
  action: "warn",
  unlocking: "info",
  open: "info",
  grace: "info",
  deciding: "info",
  review: "warn",
  settled: "good",
  ended: "plain",
};

export function StateBadge({ of }: { of: Session }): JSX.Element {
  const words = said.value;
  if (of.state === "ended" && of.end) return <Badge words={words.ends[of.end]} />;
  return <Badge kind={kinds[of.state]} words={words.states[of.state]} />;
}
