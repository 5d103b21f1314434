// One cabinet's layout: what it is, its draft on the server, and the editor with its own.
import { useMemo } from "preact/hooks";
import { batch, signal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { api, ask } from "@shared/api/client";
import { useResource, type Resource } from "@shared/api/resource";
import { stored } from "@shared/stored";
import { Loaded } from "@shared/ui/states";
import { loadProducts, type Cabinet, type Product } from "../manage/things";
import { Page } from "../shell/page";
import { firstLayout, type Layout, type Place } from "./edit";
import { Editor } from "./editor";
import { nextOf, planogramsOf, type Planogram } from "./layouts_page";
import { said } from "./words";

export interface Shown {
  cabinet: Cabinet;
  planograms: Planogram[];
  products: Product[];
}

// What is held in the hand by the keyboard or a pointer.
export type Carried = { product: string } | { from: Place } | null;

export interface Desk {
  layout: Signal<Layout>;
  before: Signal<readonly Layout[]>; // To undo.
  chosen: Signal<Place | null>;
  carried: Signal<Carried>;
  told: Signal<string>; // Said to readers.
  change: (next: Layout) => void;
  undo: () => void;
  reset: (to: Layout) => void;
}

const undoMax = 50;

// The draft that is open on the server, or undefined where the next save makes one.
export const draftOf = (all: readonly Planogram[]): Planogram | undefined =>
  all.find((one) => one.state === "draft");

export function startOf(all: readonly Planogram[]): Layout {
  const base = nextOf(all) ?? all.find((one) => one.state === "applied");
  return base ? { shelves: base.shelves, cameras: null } : firstLayout();
}

const isLayout = (value: Layout | null): boolean => value === null || Array.isArray(value.shelves);

// What is typed lives in the tab, so that a reload loses nothing; null: as on the server.
function useDesk(cabinet: string, start: Layout): Desk {
  return useMemo(() => {
    const kept = stored<Layout | null>("tab", `draft.layout.${cabinet}`, null, isLayout);
    const layout = signal(kept.value ?? start);
    const before = signal<readonly Layout[]>([]);
    const set = (next: Layout) => {
      layout.value = next;
      kept.value = next;
    };
    return {
      layout,
      before,
      chosen: signal<Place | null>(null),
      carried: signal<Carried>(null),
      told: signal(""),
      change: (next) =>
        batch(() => {
          before.value = [...before.value, layout.value].slice(-undoMax);
          set(next);
        }),
      undo: () =>
        batch(() => {
          const last = before.value[before.value.length - 1];
          if (!last) return;
          before.value = before.value.slice(0, -1);
          set(last);
        }),
      reset: (to) =>
        batch(() => {
          before.value = [];
          layout.value = to;
          kept.value = null;
        }),
    };
  }, [cabinet]);
}

async function load(cabinet: string): Promise<Shown> {
  const path = { id: cabinet };
  const [found, planograms, products] = await Promise.all([
    ask(api.GET("/v1/cabinets/{id}", { params: { path } })),
    planogramsOf(cabinet),
    loadProducts(),
  ]);
  return { cabinet: found, planograms, products };
}

export function LayoutPage({ cabinet }: { cabinet: string }): JSX.Element {
  const shown = useResource(`layout/${cabinet}`, () => load(cabinet));
  const crumbs = [{ href: "/console/layouts", words: said.value.title }];
  if (shown.value) return <Open of={shown.value} resource={shown} crumbs={crumbs} />;
  return (
    <Page title={said.value.title} crumbs={crumbs}>
      <Loaded of={shown}>{() => null}</Loaded>
    </Page>
  );
}

function Open({
  of,
  resource,
  crumbs,
}: {
  of: Shown;
  resource: Resource<Shown>;
  crumbs: { href: string; words: string }[];
}): JSX.Element {
  const desk = useDesk(of.cabinet.id, startOf(of.planograms));
  return <Editor of={of} desk={desk} onReload={resource.reload} crumbs={crumbs} />;
}
