// Alerts in words. Kinds that are not known here are told by their own name.
import type { Schemas } from "@shared/api/client";
import { troubles } from "@shared/strings/troubles";
import { celsius } from "../manage/celsius";
import { said } from "./words";

export function kindWords(kind: string): string {
  const known: Record<string, string> = said.value.kinds;
  const plain = kind.replace(/_/g, " ");
  return known[kind] ?? plain.charAt(0).toUpperCase() + plain.slice(1);
}

// What is to be known of it at a glance, from how its cabinet is now: which camera, how warm.
// Nothing where that has passed.
export function detailOf(
  alert: Pick<Schemas["Alert"], "kind" | "state">,
  cabinet: Pick<Schemas["Cabinet"], "health"> | undefined,
): string {
  if (alert.state !== "raised" || !cabinet) return "";
  const { camera_problems: problems, celsius: degrees } = cabinet.health;
  if (["cabinet_camera", "cabinet_blind"].includes(alert.kind)) {
    return problems.map(troubles.in).join(", ");
  }
  return alert.kind === "cabinet_too_warm" && degrees !== null ? celsius(degrees) : "";
}
