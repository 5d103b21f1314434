// The cabinet as a shopper sees it: the top shelf on top, places from left to right.
import { useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import { Button } from "@shared/ui/button";
import { Icon } from "@shared/ui/icons";
import { byId, type Product } from "../manage/things";
import { Thumb } from "../manage/thumb";
import { may } from "../roles";
import {
  addFacing,
  addShelf,
  facingAt,
  place,
  removeFacing,
  removeShelf,
  shelvesMax,
  swap,
  type Facing,
  type Place,
  type Shelf,
} from "./edit";
import type { Desk } from "./layout_page";
import { said } from "./words";

type Names = Map<string, Product>;

// Puts what is in the hand on a place.
function drop(desk: Desk, names: Names, at: Place): void {
  const carried = desk.carried.value;
  const layout = desk.layout.value;
  const here = facingAt(layout, at);
  if (!carried || !here) return;
  const product = "product" in carried ? carried.product : facingAt(layout, carried.from)?.product;
  desk.change(
    "product" in carried ? place(layout, at, carried.product) : swap(layout, carried.from, at),
  );
  desk.carried.value = null;
  desk.chosen.value = at;
  const name = product ? names.get(product)?.name : undefined;
  desk.told.value = name ? said.value.put(name, here.id) : said.value.emptied(here.id);
}

export function Shelves({
  desk,
  products,
}: {
  desk: Desk;
  products: readonly Product[];
}): JSX.Element {
  const words = said.value;
  const names = byId(products);
  const { shelves } = desk.layout.value;
  const room = useRef<HTMLDivElement>(null);
  const focus = (at: Place) => {
    requestAnimationFrame(() =>
      room.current
        ?.querySelector<HTMLElement>(`[data-shelf="${at.shelf}"][data-facing="${at.facing}"]`)
        ?.focus(),
    );
  };
  const order = shelves.map((shelf, index) => ({ shelf, index })).reverse();
  return (
    <section
      class="cabinet-front"
      aria-label={words.shelves}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !desk.carried.value) return;
        desk.carried.value = null;
        desk.told.value = words.letGo;
      }}
    >
      {may("operator") && shelves.length < shelvesMax && (
        <Button kind="quiet" icon="plus" onPress={() => desk.change(addShelf(desk.layout.value))}>
          {words.addShelf}
        </Button>
      )}
      <div ref={room}>
        {order.map(({ shelf, index }) => (
          <ShelfRow key={shelf.id} {...{ desk, names, shelf, index, focus }} />
        ))}
      </div>
    </section>
  );
}

function ShelfRow({
  desk,
  names,
  shelf,
  index,
  focus,
}: {
  desk: Desk;
  names: Names;
  shelf: Shelf;
  index: number;
  focus: (at: Place) => void;
}): JSX.Element {
  const words = said.value;
  const [over, setOver] = useState(false);
  const can = may("operator");
  // At the end of the shelf: a new place with what is in the hand, or an empty one.
  const add = () => {
    const carried = desk.carried.value;
    const product = carried && "product" in carried ? carried.product : null;
    desk.change(addFacing(desk.layout.value, index, product));
    desk.carried.value = null;
    focus({ shelf: index, facing: shelf.facings.length });
  };
  return (
    <div class="shelf-row" role="group" aria-label={words.shelfName(shelf.id)}>
      <div class="shelf-places">
        {shelf.facings.map((facing, is) => (
          <FacingPlace
            key={facing.id}
            {...{ desk, names, facing, focus, at: { shelf: index, facing: is } }}
          />
        ))}
        {can && (
          <button
            type="button"
            class={over ? "facing add over" : "facing add"}
            aria-label={words.addPlaceTo(shelf.id)}
            title={words.addPlaceTo(shelf.id)}
            onClick={add}
            onDragOver={(event) => {
              event.preventDefault();
              setOver(true);
            }}
            onDragLeave={() => setOver(false)}
            onDrop={(event) => {
              event.preventDefault();
              setOver(false);
              add();
            }}
          >
            <Icon name="plus" />
          </button>
        )}
      </div>
      <div class="shelf-board">
        <span class="small">{words.shelfName(shelf.id)}</span>
        {can && (
          <button
            type="button"
            class="shelf-remove"
            aria-label={words.removeShelf(shelf.id)}
            title={words.removeShelf(shelf.id)}
            onClick={() => {
              desk.chosen.value = null;
              desk.change(removeShelf(desk.layout.value, index));
            }}
          >
            <Icon name="close" />
          </button>
        )}
      </div>
    </div>
  );
}

// Arrows go to the neighbour; with Alt they take along what stands here.
function onArrow(desk: Desk, names: Names, at: Place, key: string, alt: boolean): Place | undefined {
  const { shelves } = desk.layout.value;
  const by: Record<string, [number, number]> = {
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    ArrowUp: [1, 0],
    ArrowDown: [-1, 0],
  };
  const step = by[key];
  if (!step) return undefined;
  const shelf = at.shelf + step[0];
  const last = (shelves[shelf]?.facings.length ?? 0) - 1;
  if (last < 0) return undefined;
  const to = { shelf, facing: Math.min(last, at.facing + step[1]) };
  if (to.facing < 0 || (to.shelf === at.shelf && to.facing === at.facing)) return undefined;
  if (alt && may("operator")) {
    desk.carried.value = { from: at };
    drop(desk, names, to);
  }
  return to;
}

function FacingPlace({
  desk,
  names,
  facing,
  at,
  focus,
}: {
  desk: Desk;
  names: Names;
  facing: Facing;
  at: Place;
  focus: (at: Place) => void;
}): JSX.Element {
  const words = said.value;
  const [over, setOver] = useState(false);
  const product = facing.product ? names.get(facing.product) : undefined;
  const what = product?.name ?? (facing.product ? facing.product : words.empty);
  const chosen = desk.chosen.value;
  const isChosen = chosen?.shelf === at.shelf && chosen.facing === at.facing;
  const can = may("operator");
  const press = () => {
    if (desk.carried.value && can) drop(desk, names, at);
    else desk.chosen.value = isChosen ? null : at;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.key === "Delete" || event.key === "Backspace") && can) {
      event.preventDefault();
      const layout = desk.layout.value;
      desk.change(facing.product ? place(layout, at, null) : removeFacing(layout, at));
      desk.told.value = words.emptied(facing.id);
      return;
    }
    const to = onArrow(desk, names, at, event.key, event.altKey);
    if (!to) return;
    event.preventDefault();
    focus(to);
  };
  const kind = ["facing", !product && "none", isChosen && "chosen", over && "over"];
  return (
    <button
      type="button"
      class={kind.filter(Boolean).join(" ")}
      style={{ flexGrow: product?.size?.width_mm ?? 66 }}
      data-shelf={at.shelf}
      data-facing={at.facing}
      aria-pressed={isChosen}
      draggable={can && !!facing.product}
      onClick={press}
      onKeyDown={onKeyDown}
      onDragStart={(event) => {
        desk.carried.value = { from: at };
        event.dataTransfer?.setData("text/plain", what);
      }}
      onDragEnd={() => (desk.carried.value = null)}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        drop(desk, names, at);
      }}
    >
      <span class="unseen">{words.placeName(facing.id)}</span>
      {product ? <Thumb of={product} /> : null}
      <span class="facing-name">{what}</span>
      <span class="facing-more" aria-hidden={!product}>
        {product ? words.fits(facing.capacity) : facing.id}
      </span>
    </button>
  );
}
