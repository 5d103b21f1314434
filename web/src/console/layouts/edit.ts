// A layout while it is edited: shelves from the bottom up, facings from left to right. Every change
// gives a new one, so that undo is a list of the ones before.
import type { Schemas } from "@shared/api/client";

export type Shelf = Schemas["Shelf"];
export type Facing = Schemas["Facing"];

export interface Layout {
  shelves: readonly Shelf[];
  cameras: string | null; // A layout file that was sent for these shelves; null: one is made.
}

export interface Place {
  shelf: number;
  facing: number;
}

export const shelvesMax = 32;
export const capacityMax = 200;

const capacityFirst = 8;
const parFirst = 2;

const letters = "abcdefghijklmnopqrstuvwxyz";

// "a", "b", … that no shelf has.
function newShelfId(layout: Layout): string {
  const has = (id: string) => layout.shelves.some((one) => one.id === id);
  const letter = [...letters].find((one) => !has(one));
  if (letter) return letter;
  for (let number = 1; ; ++number) if (!has(`shelf-${number}`)) return `shelf-${number}`;
}

function newFacingId(layout: Layout, shelf: Shelf): string {
  const all = new Set(layout.shelves.flatMap((one) => one.facings.map((is) => is.id)));
  for (let number = shelf.facings.length + 1; ; ++number) {
    if (!all.has(`${shelf.id}${number}`)) return `${shelf.id}${number}`;
  }
}

export const facingAt = (layout: Layout, at: Place): Facing | undefined =>
  layout.shelves[at.shelf]?.facings[at.facing];

// Whatever moves things makes a file of cameras that was sent for the old ones useless.
function withShelf(layout: Layout, index: number, change: (shelf: Shelf) => Shelf): Layout {
  return {
    cameras: null,
    shelves: layout.shelves.map((one, is) => (is === index ? change(one) : one)),
  };
}

function withFacing(layout: Layout, at: Place, change: (facing: Facing) => Facing): Layout {
  return withShelf(layout, at.shelf, (shelf) => ({
    ...shelf,
    facings: shelf.facings.map((one, is) => (is === at.facing ? change(one) : one)),
  }));
}

export const place = (layout: Layout, at: Place, product: string | null): Layout =>
  withFacing(layout, at, (facing) => ({ ...facing, product }));

// How many fit and when to bring more: nothing that cameras see.
export function amounts(layout: Layout, at: Place, change: Partial<Facing>): Layout {
  const { cameras } = layout;
  return { ...withFacing(layout, at, (facing) => ({ ...facing, ...change })), cameras };
}

// What stands in two facings changes places.
export function swap(layout: Layout, from: Place, to: Place): Layout {
  const one = facingAt(layout, from);
  const other = facingAt(layout, to);
  if (!one || !other) return layout;
  const what = ({ product, capacity, par_level }: Facing) => ({ product, capacity, par_level });
  const half = withFacing(layout, from, (facing) => ({ ...facing, ...what(other) }));
  return withFacing(half, to, (facing) => ({ ...facing, ...what(one) }));
}

export function addFacing(layout: Layout, shelf: number, product: string | null): Layout {
  return withShelf(layout, shelf, (one) => ({
    ...one,
    facings: [
      ...one.facings,
      {
        id: newFacingId(layout, one),
        product,
        capacity: capacityFirst,
        par_level: parFirst,
      },
    ],
  }));
}

export const removeFacing = (layout: Layout, at: Place): Layout =>
  withShelf(layout, at.shelf, (one) => ({
    ...one,
    facings: one.facings.filter((_, is) => is !== at.facing),
  }));

export const addShelf = (layout: Layout): Layout => ({
  cameras: null,
  shelves: [...layout.shelves, { id: newShelfId(layout), facings: [] }],
});

export const removeShelf = (layout: Layout, shelf: number): Layout => ({
  cameras: null,
  shelves: layout.shelves.filter((_, is) => is !== shelf),
});

// Three shelves of four places, to begin with.
export function firstLayout(): Layout {
  let layout: Layout = { shelves: [], cameras: null };
  for (let shelf = 0; shelf < 3; ++shelf) {
    layout = addShelf(layout);
    for (let facing = 0; facing < 4; ++facing) layout = addFacing(layout, shelf, null);
  }
  return layout;
}

export const facings = (layout: Layout): readonly Facing[] =>
  layout.shelves.flatMap((one) => one.facings);

export const emptyPlaces = (layout: Layout): number =>
  facings(layout).filter((one) => !one.product).length;

// As it is published: a cabinet with a place that has no product does not open.
export const withoutEmpty = (layout: Layout): Layout => ({
  ...layout,
  shelves: layout.shelves
    .map((one) => ({ ...one, facings: one.facings.filter((is) => is.product) }))
    .filter((one) => one.facings.length > 0),
});

export const wishOf = ({ shelves, cameras }: Layout): Schemas["PlanogramWish"] => ({
  shelves: shelves.map((one) => ({ ...one, facings: [...one.facings] })),
  ...(cameras && { camera_layout: cameras }),
});

export const same = (one: Layout, other: Layout): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
