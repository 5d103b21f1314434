// What the cameras saw: tally.cart.v1 as far as the console shows it, and the cart as it was before
// and after each event.
import { api, ask } from "@shared/api/client";
import { Problem } from "@shared/api/problem";
import type { Product } from "../data";

export interface CartEvent {
  at_ms: number;
  kind: "take" | "put";
  product: string; // Its sku.
  quantity: number;
  confidence: number;
  cameras: string[];
  evidence: string | null;
  clips: Record<string, string>;
}

export interface CartLine {
  product: string;
  quantity: number;
  confidence: number;
  events: number[];
}

export interface Decision {
  kind: "charge" | "review" | "nothing";
  probability: number;
  expected_error_minor?: number;
  reasons: string[];
}

export interface CartVideo {
  camera: string;
  frames: number;
  duration_ms: number;
  start_ms?: number;
  problem?: string;
}

export interface CartModel {
  role: string;
  name: string;
  sha256: string;
}

// Carts of older programs name the model that detects alone, in `model`.
export interface CartInputs {
  videos: CartVideo[];
  model: { name: string; sha256: string };
  models?: CartModel[];
}

export const modelNames = ({ model, models }: CartInputs): string =>
  (models ?? [model]).map((one) => one.name).join(", ");

export interface SeenCart {
  inputs: CartInputs;
  events: CartEvent[];
  lines: CartLine[];
  decision: Decision;
}

export type Counts = ReadonlyMap<string, number>;

export interface Step {
  event: CartEvent;
  index: number; // As the cart has it.
  before: Counts;
  after: Counts;
}

// In order of time. What is put back without having been taken leaves no debt.
export function stepsOf(events: readonly CartEvent[]): Step[] {
  const ordered = events.map((event, index) => ({ event, index }));
  ordered.sort((a, b) => a.event.at_ms - b.event.at_ms);
  let now: Counts = new Map();
  return ordered.map(({ event, index }) => {
    const before = now;
    const next = new Map(before);
    const change = event.kind === "take" ? event.quantity : -event.quantity;
    const left = Math.max(0, (next.get(event.product) ?? 0) + change);
    if (left > 0) next.set(event.product, left);
    else next.delete(event.product);
    now = next;
    return { event, index, before, after: next };
  });
}

export const nameOf = (bySku: ReadonlyMap<string, Product>, sku: string): string =>
  bySku.get(sku)?.name ?? sku;

export function bySkuOf(products: ReadonlyMap<string, Product>): ReadonlyMap<string, Product> {
  return new Map([...products.values()].map((one) => [one.sku, one]));
}

// What is not there (yet) is null; other problems are thrown.
export async function orNull<T>(wanted: Promise<T>): Promise<T | null> {
  try {
    return await wanted;
  } catch (thrown) {
    if (thrown instanceof Problem && thrown.status === 404) return null;
    throw thrown;
  }
}

export async function loadCart(id: string): Promise<SeenCart | null> {
  const got = await orNull(
    ask(api.GET("/v1/sessions/{id}/cart", { params: { path: { id } } })) as Promise<unknown>,
  );
  const cart = got as Partial<SeenCart> | null;
  if (!cart?.decision) return null;
  return {
    inputs: cart.inputs ?? { videos: [], model: { name: "", sha256: "" } },
    events: cart.events ?? [],
    lines: cart.lines ?? [],
    decision: cart.decision,
  };
}
