// What a product's form holds, and what can be wrong with it.
import { parseMoney } from "@shared/money";
import type { Schemas } from "@shared/api/client";
import type { Fields } from "../manage/draft";
import type { Wrong } from "../manage/form";
import { parseTax } from "../markets/tax";
import { said } from "./words";

export type ProductField = "name" | "sku" | "gtin" | "width" | "depth" | "height";
export type PriceField = "price" | "tax";

export const emptyProduct: Record<ProductField, string> = {
  name: "",
  sku: "",
  gtin: "",
  width: "",
  depth: "",
  height: "",
};

export function skuOf(name: string): string {
  const plain = name.normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
  return plain
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
}

const gtinOf = (text: string): string => text.replace(/[\s-]/g, "");
const isLength = (text: string): boolean => /^\d{1,4}$/.test(text) && +text >= 1 && +text <= 2000;

export function wrongProduct(of: Fields<ProductField>): Wrong {
  const words = said.value.wrong;
  const sides = [of.width.value, of.depth.value, of.height.value].map((one) => one.trim());
  const given = sides.filter(Boolean).length;
  const size = given === 0 || sides.every(isLength) ? undefined : words.size;
  const gtin = gtinOf(of.gtin.value);
  return {
    name: of.name.value.trim() ? undefined : words.name,
    sku: of.sku.value.trim() ? undefined : words.sku,
    gtin: !gtin || /^(\d{8}|\d{12,14})$/.test(gtin) ? undefined : words.gtin,
    size,
  };
}

export function wrongPrice(of: Fields<PriceField>, currency: string): Wrong {
  const words = said.value.wrong;
  if (!of.price.value.trim()) return {};
  const amount = parseMoney(of.price.value, currency);
  return {
    price: amount && amount.minor >= 0 ? undefined : words.price,
    tax: parseTax(of.tax.value) === undefined ? words.tax : undefined,
  };
}

type Size = Schemas["ProductSize"];

export function sizeOf(of: Fields<ProductField>): Size | null {
  if (!of.width.value.trim()) return null;
  return {
    width_mm: Number(of.width.value),
    depth_mm: Number(of.depth.value),
    height_mm: Number(of.height.value),
  };
}

export function wishOf(of: Fields<ProductField>): Schemas["NewProduct"] {
  const gtin = gtinOf(of.gtin.value);
  return {
    sku: of.sku.value.trim(),
    name: of.name.value.trim(),
    ...(gtin && { gtin }),
    size: sizeOf(of),
  };
}

// `gtin: null` takes it out.
export function changeOf(of: Fields<ProductField>): Schemas["ProductChange"] {
  const { name, size, gtin } = wishOf(of);
  return { name, size: size ?? null, gtin: gtin ?? null };
}
