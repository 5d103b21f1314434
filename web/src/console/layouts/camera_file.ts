// What a camera layout's file (docs/layout.md) says of shelves and facings, so that a file that
// somebody measured fills the shelves by itself. Only the tables that are needed, one key a line;
// the server reads the whole file and has the last word.
import type { Shelf } from "./edit";

type Table = Record<string, string | number>;

function valueOf(text: string): string | number | undefined {
  const quoted = /^"([^"]*)"/.exec(text);
  if (quoted) return quoted[1] ?? "";
  const number = /^[-+]?\d+(\.\d+)?/.exec(text);
  return number ? Number(number[0]) : undefined;
}

function tablesOf(text: string): { name: string; of: Table }[] {
  const tables: { name: string; of: Table }[] = [];
  for (const line of text.split("\n")) {
    const head = /^\s*\[\[?([a-z_]+)\]\]?/.exec(line);
    if (head) tables.push({ name: head[1] ?? "", of: {} });
    const pair = /^\s*([a-z_]+)\s*=\s*(.*)$/.exec(line);
    const last = tables[tables.length - 1];
    const value = pair && valueOf(pair[2] ?? "");
    if (pair?.[1] && last && value != null) last.of[pair[1]] = value;
  }
  return tables;
}

const textOf = (value: string | number | undefined): string => String(value ?? "");
const numberOf = (value: string | number | undefined, without: number): number =>
  typeof value === "number" ? value : without;

// `productOf` gives a product's id for its sku. From the lowest shelf up.
export function shelvesOf(text: string, productOf: (sku: string) => string | undefined): Shelf[] {
  const tables = tablesOf(text);
  const shelves = tables
    .filter((one) => one.name === "shelf")
    .sort((a, b) => numberOf(a.of["z"], 0) - numberOf(b.of["z"], 0));
  return shelves.map(({ of: shelf }) => ({
    id: textOf(shelf["id"]),
    facings: tables
      .filter((one) => one.name === "facing" && one.of["shelf"] === shelf["id"])
      .map(({ of: facing }) => {
        const rows = numberOf(facing["rows"], 1);
        return {
          id: textOf(facing["id"]),
          product: productOf(textOf(facing["product"])) ?? null,
          capacity: Math.max(1, rows),
          par_level: Math.min(2, rows),
        };
      }),
  }));
}
