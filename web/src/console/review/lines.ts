// The lines of a review as they are being changed, with what is needed to undo each change.
import type { Schemas } from "@shared/api/client";
import { sum, type Amount } from "@shared/money";

export type Offer = Schemas["ReviewOffer"];
export type Line = Schemas["ChargeLine"];

export const quantityMax = 99;

export interface Draft {
  lines: readonly Line[]; // Those of 0 stand there crossed out.
  marked: number;
  before: readonly (readonly Line[])[]; // Newest last.
}

export const draftOf = (lines: readonly Line[]): Draft => ({ lines, marked: 0, before: [] });

function changed(draft: Draft, lines: readonly Line[], marked = draft.marked): Draft {
  return { lines, marked, before: [...draft.before, draft.lines] };
}

export function mark(draft: Draft, to: number): Draft {
  return { ...draft, marked: Math.min(draft.lines.length - 1, Math.max(0, to)) };
}

export function setQuantity(draft: Draft, at: number, quantity: number): Draft {
  const kept = Math.min(quantityMax, Math.max(0, quantity));
  const line = draft.lines[at];
  if (!line || line.quantity === kept) return { ...draft, marked: line ? at : draft.marked };
  const lines = draft.lines.map((one, index) => (index === at ? { ...one, quantity: kept } : one));
  return changed(draft, lines, at);
}

// One more of it, as a line of its own where there was none.
export function addProduct(draft: Draft, sku: string): Draft {
  const at = draft.lines.findIndex((one) => one.sku === sku);
  if (at >= 0) return setQuantity(draft, at, (draft.lines[at]?.quantity ?? 0) + 1);
  return changed(draft, [...draft.lines, { sku, quantity: 1 }], draft.lines.length);
}

// The line is of another product; where that has a line already, the two become one.
export function swapProduct(draft: Draft, at: number, sku: string): Draft {
  const line = draft.lines[at];
  if (!line || line.sku === sku) return draft;
  const other = draft.lines.find((one) => one.sku === sku);
  const merged = { sku, quantity: Math.max(1, line.quantity) + (other?.quantity ?? 0) };
  const lines = draft.lines
    .map((one, index) => (index === at ? merged : one))
    .filter((one) => one === merged || one.sku !== sku);
  return changed(draft, lines, lines.indexOf(merged));
}

export function takeNothing(draft: Draft): Draft {
  return changed(
    draft,
    draft.lines.map((one) => ({ ...one, quantity: 0 })),
  );
}

export function undo(draft: Draft): Draft {
  const last = draft.before[draft.before.length - 1];
  if (!last) return draft;
  const marked = Math.min(draft.marked, Math.max(0, last.length - 1));
  return { lines: last, marked, before: draft.before.slice(0, -1) };
}

export const chargedOf = (lines: readonly Line[]): Line[] =>
  lines.filter((one) => one.quantity > 0);

export const itemsOf = (lines: readonly Line[]): number =>
  lines.reduce((total, one) => total + one.quantity, 0);

export function totalOf(lines: readonly Line[], offers: readonly Offer[]): Amount | undefined {
  const currency = offers[0]?.unit_price.currency;
  if (!currency) return undefined;
  const prices = new Map(offers.map((one) => [one.sku, one.unit_price.minor]));
  const amounts = lines.map((one) => ({
    minor: one.quantity * (prices.get(one.sku) ?? 0),
    currency,
  }));
  return sum(amounts, currency);
}

// What stood in the cabinet comes first.
export function findOffers(offers: readonly Offer[], typed: string): Offer[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const found = offers.filter((one) => {
    const text = `${one.name} ${one.sku}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return found.sort((a, b) => Number(b.here) - Number(a.here) || a.name.localeCompare(b.name));
}
