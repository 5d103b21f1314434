// What many sections name: sites, cabinets, markets, products, people. Each is loaded once for a
// section, and again when it is opened the next time.
import { api, ask, type Schemas } from "@shared/api/client";
import { useResource, type Resource } from "@shared/api/resource";
import { loadAll } from "./paged";

export type Site = Schemas["Site"];
export type Cabinet = Schemas["Cabinet"];
export type Market = Schemas["Market"];
export type Product = Schemas["Product"];

const idOf = (one: { id: string }): string => one.id;

export const loadSites = (): Promise<Site[]> =>
  loadAll((query) => ask(api.GET("/v1/sites", { params: { query } })), idOf);
export const loadCabinets = (): Promise<Cabinet[]> =>
  loadAll((query) => ask(api.GET("/v1/cabinets", { params: { query } })), idOf);
export const loadMarkets = (): Promise<Market[]> =>
  loadAll((query) => ask(api.GET("/v1/markets", { params: { query } })), idOf);
export const loadProducts = (): Promise<Product[]> =>
  loadAll((query) => ask(api.GET("/v1/products", { params: { query } })), idOf);

export const useSites = (): Resource<Site[]> => useResource("manage/sites", loadSites);
export const useCabinets = (): Resource<Cabinet[]> => useResource("manage/cabinets", loadCabinets);
export const useMarkets = (): Resource<Market[]> => useResource("manage/markets", loadMarkets);
export const useProducts = (): Resource<Product[]> => useResource("manage/products", loadProducts);

export const byId = <T extends { id: string }>(all: readonly T[] | undefined): Map<string, T> =>
  new Map(all?.map((one) => [one.id, one]));

// Where all sites share one, it is the tenant's; else times are in the browser's, and say so.
export function oneZone(sites: readonly Site[] | undefined): string | undefined {
  const zones = new Set(sites?.map((one) => one.time_zone));
  return zones.size === 1 ? [...zones][0] : undefined;
}

export function zoneOf(
  cabinet: string | null | undefined,
  cabinets: readonly Cabinet[] | undefined,
  sites: readonly Site[] | undefined,
): string | undefined {
  const site = cabinets?.find((one) => one.id === cabinet)?.site;
  return sites?.find((one) => one.id === site)?.time_zone ?? oneZone(sites);
}
