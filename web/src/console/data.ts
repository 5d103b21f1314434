// What several sections need: whole lists by pages, the fleet with its sites, products by id,
// the time.
import { signal, type Signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { api, ask, type Schemas } from "@shared/api/client";
import { me } from "@shared/api/me";
import { problemOf, type Problem } from "@shared/api/problem";
import { whenBack } from "@shared/connection";
import { useEvents } from "./live";

export type Cabinet = Schemas["Cabinet"];
export type Site = Schemas["Site"];
export type Product = Schemas["Product"];

export interface PageOf<T> {
  data: T[];
  has_more: boolean;
}

export type LoadPage<T> = (limit: number, startingAfter: string | undefined) => Promise<PageOf<T>>;

export const pageMax = 100;
const firstPage = 40; // As many as a tall screen shows; what is below comes while they are read.

// All of a list that is known to be small enough to be held: cabinets, products, people.
export async function everything<T extends { id: string }>(load: LoadPage<T>): Promise<T[]> {
  const all: T[] = [];
  for (;;) {
    const page = await load(pageMax, all[all.length - 1]?.id);
    all.push(...page.data);
    if (!page.has_more || page.data.length === 0) return all;
  }
}

// `starting_after` must not be there where it is nothing.
export const pageQuery = (
  limit: number,
  startingAfter: string | undefined,
): { limit: number; starting_after?: string } =>
  startingAfter ? { limit, starting_after: startingAfter } : { limit };

// ---- Long lists, a page after the other

export interface Paged<T> {
  rows: readonly T[];
  more: boolean;
  loading: boolean;
  first: boolean; // Nothing has come yet.
  problem: Problem | undefined;
  loadMore: () => Promise<void>;
  refresh: () => Promise<void>; // What is new goes to the front, what is known is brought up to date.
  reload: () => Promise<void>;
}

interface Held<T> {
  key: string;
  rows: readonly T[];
  more: boolean;
  first: boolean;
  problem: Problem | undefined;
}

const nothing = <T>(key: string): Held<T> => ({
  key,
  rows: [],
  more: false,
  first: true,
  problem: undefined,
});

// The begin of lists that were left, for who comes back: shown until the server has answered. Not
// another person's who signs in afterwards.
const left = new Map<string, Held<unknown>>();
const leftMax = 20;

const leftName = (key: string): string => `${me.value?.id} ${key}`;

function leave<T>(held: Held<T>): void {
  if (held.first || held.problem) return;
  const name = leftName(held.key);
  left.delete(name); // The newest stands last.
  const more = held.more || held.rows.length > pageMax;
  left.set(name, { ...held, rows: held.rows.slice(0, pageMax), more });
  const [oldest] = left.keys();
  if (left.size > leftMax && oldest !== undefined) left.delete(oldest);
}

const begin = <T>(key: string): Held<T> =>
  (left.get(leftName(key)) as Held<T> | undefined) ?? nothing(key);

// Loads anew where `key` changes.
export function usePaged<T extends { id: string }>(key: string, load: LoadPage<T>): Paged<T> {
  const [held, hold] = useState<Held<T>>(() => begin(key));
  useEffect(() => leave(held), [held]);
  const [loading, setLoading] = useState(false);
  const turn = useRef(0);
  const busy = useRef(false);

  async function act(work: (mine: () => boolean) => Promise<void>): Promise<void> {
    const now = turn.current;
    const mine = () => now === turn.current;
    busy.current = true;
    setLoading(true);
    try {
      await work(mine);
    } catch (thrown) {
      const problem = problemOf(thrown);
      if (mine()) hold((was) => ({ ...was, problem }));
    }
    if (mine()) {
      busy.current = false;
      setLoading(false);
    }
  }

  const reload = () => {
    ++turn.current;
    return act(async (mine) => {
      const page = await load(firstPage, undefined);
      if (!mine()) return;
      hold({ key, rows: page.data, more: page.has_more, first: false, problem: undefined });
    });
  };
  const loadMore = async () => {
    if (busy.current || !held.more) return;
    const last = held.rows[held.rows.length - 1]?.id;
    await act(async (mine) => {
      const page = await load(pageMax, last);
      if (!mine()) return;
      hold((was) => {
        const known = new Set(was.rows.map((one) => one.id));
        const fresh = page.data.filter((one) => !known.has(one.id));
        return { ...was, rows: [...was.rows, ...fresh], more: page.has_more, problem: undefined };
      });
    });
  };
  const refresh = async () => {
    if (busy.current) return;
    await act(async (mine) => {
      const page = await load(pageMax, undefined);
      if (!mine()) return;
      hold((was) => {
        const fresh = new Set(page.data.map((one) => one.id));
        const old = was.rows.filter((one) => !fresh.has(one.id));
        // What has left the front of a filtered list is behind its end only if there is more.
        const rest = page.has_more ? old.slice(Math.max(0, old.length - was.rows.length)) : [];
        const more = was.first || !page.has_more ? page.has_more : was.more;
        return { ...was, rows: [...page.data, ...rest], more, first: false, problem: undefined };
      });
    });
  };

  useEffect(() => {
    const known = begin<T>(key);
    hold((was) => (was.key === key && !was.first ? was : known));
    void (known.first ? reload() : refresh());
    const unsubscribe = whenBack(() => void refresh());
    return () => {
      ++turn.current;
      busy.current = false;
      unsubscribe();
    };
  }, [key]);

  const current = held.key === key ? held : nothing<T>(key);
  return { ...current, loading, loadMore, refresh, reload };
}

// ---- Lists that all sections share

export interface Kept<T> {
  value: T | undefined;
  problem: Problem | undefined;
  reload: () => Promise<void>;
}

function kept<T>(load: () => Promise<T>): [Signal<Kept<T>>, () => Promise<void>] {
  let turn = 0;
  const reload = async (): Promise<void> => {
    const mine = ++turn;
    try {
      const value = await load();
      if (mine === turn) state.value = { value, problem: undefined, reload };
    } catch (thrown) {
      const problem = problemOf(thrown);
      if (mine === turn) state.value = { ...state.value, problem };
    }
  };
  const state: Signal<Kept<T>> = signal<Kept<T>>({ value: undefined, problem: undefined, reload });
  return [state, reload];
}

export interface Fleet {
  sites: readonly Site[];
  cabinets: readonly Cabinet[];
  siteOf: (cabinet: string) => Site | undefined;
  cabinet: (id: string) => Cabinet | undefined;
  zoneOf: (cabinet: string) => string | undefined;
}

const [fleet, loadFleet] = kept<Fleet>(async () => {
  const [sites, cabinets] = await Promise.all([
    everything<Site>((limit, after) =>
      ask(api.GET("/v1/sites", { params: { query: pageQuery(limit, after) } })),
    ),
    everything<Cabinet>((limit, after) =>
      ask(api.GET("/v1/cabinets", { params: { query: pageQuery(limit, after) } })),
    ),
  ]);
  const siteById = new Map(sites.map((one) => [one.id, one]));
  const byId = new Map(cabinets.map((one) => [one.id, one]));
  const siteOf = (id: string) => siteById.get(byId.get(id)?.site ?? "");
  return {
    sites,
    cabinets,
    siteOf,
    cabinet: (id) => byId.get(id),
    zoneOf: (id) => siteOf(id)?.time_zone,
  };
});

export function useFleet(): Kept<Fleet> {
  useEffect(() => {
    void loadFleet();
    return whenBack(() => void loadFleet());
  }, []);
  const places = ["cabinet.", "cabinet_health.", "site.", "planogram.", "alert.", "market."];
  useEvents(places, () => void loadFleet(), 1500);
  return fleet.value;
}

const [products, loadProducts] = kept<ReadonlyMap<string, Product>>(async () => {
  const all = await everything<Product>((limit, after) =>
    ask(api.GET("/v1/products", { params: { query: pageQuery(limit, after) } })),
  );
  return new Map(all.map((one) => [one.id, one]));
});

// By id; empty while they are on their way.
export function useProducts(): ReadonlyMap<string, Product> {
  useEffect(() => void loadProducts(), []);
  useEvents(["product."], () => void loadProducts(), 1500);
  return products.value.value ?? new Map<string, Product>();
}

// Whether anything was sold at all, at whatever time; undefined until that is known.
const [sold, loadSold] = kept<boolean>(async () => {
  const page = await ask(api.GET("/v1/receipts", { params: { query: { limit: 1 } } }));
  return page.data.length > 0;
});

export function useSold(): boolean | undefined {
  useEffect(() => void loadSold(), []);
  useEvents(["session.settled", "receipt."], () => {
    if (!sold.value.value) void loadSold();
  });
  return sold.value.value;
}

export const photoOf = (product: Product | undefined): string | undefined =>
  product?.photos[0] && `/v1/products/${product.id}/photos/${product.photos[0]}`;

// The time, again and again: for ages and countdowns.
export function useTick(everyMs: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
