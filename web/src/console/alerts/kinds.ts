// Alerts in words. Kinds that are not known here are told by their own name.
import { said } from "./words";

export function kindWords(kind: string): string {
  const known: Record<string, string> = said.value.kinds;
  const plain = kind.replace(/_/g, " ");
  return known[kind] ?? plain.charAt(0).toUpperCase() + plain.slice(1);
}
