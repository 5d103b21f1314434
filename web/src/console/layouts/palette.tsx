// The products to choose from: dragged to a place, or picked up with Enter.
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { ButtonLink } from "@shared/ui/button";
import { TextField } from "@shared/ui/field";
import type { Product } from "../manage/things";
import { Thumb } from "../manage/thumb";
import { may } from "../roles";
import { addFacing, facings, place } from "./edit";
import type { Desk } from "./layout_page";
import { said } from "./words";

export const dragType = "application/x-tally-product";

export function Palette({
  desk,
  products,
}: {
  desk: Desk;
  products: readonly Product[];
}): JSX.Element {
  const words = said.value;
  const search = useSignal("");
  const wanted = search.value.trim().toLowerCase();
  const found = products.filter((one) => `${one.name} ${one.sku}`.toLowerCase().includes(wanted));
  return (
    <section class="card stack palette" aria-label={words.products}>
      <TextField label={words.search} value={search} input={{ type: "search" }} />
      {found.length === 0 && <p class="soft">{words.noProducts}</p>}
      <ul class="palette-list">
        {found.map((one) => (
          <Item key={one.id} of={one} desk={desk} />
        ))}
      </ul>
      <ButtonLink icon="plus" href="/console/products/new">
        {words.addProducts}
      </ButtonLink>
    </section>
  );
}

function Item({ of, desk }: { of: Product; desk: Desk }): JSX.Element {
  const words = said.value;
  const times = facings(desk.layout.value).filter((one) => one.product === of.id).length;
  const carried = desk.carried.value;
  const held = carried !== null && "product" in carried && carried.product === of.id;
  const pick = () => {
    desk.carried.value = held ? null : { product: of.id };
    desk.told.value = held ? words.letGo : words.picked(of.name);
  };
  return (
    <li>
      <button
        type="button"
        class="palette-item"
        disabled={!may("operator")}
        draggable={may("operator")}
        aria-pressed={held}
        onClick={pick}
        onDblClick={() => putOnFirstEmpty(desk, of)}
        onDragStart={(event) => {
          desk.carried.value = { product: of.id };
          event.dataTransfer?.setData(dragType, of.id);
          event.dataTransfer?.setData("text/plain", of.name);
        }}
        onDragEnd={() => (desk.carried.value = null)}
      >
        <Thumb of={of} />
        <span class="grow">
          <span class="palette-name">{of.name}</span>
          <span class="small soft">{times > 0 ? words.placed(times) : of.sku}</span>
        </span>
      </button>
    </li>
  );
}

// A double press puts it on the first place that is free, from the top left; else a new one.
function putOnFirstEmpty(desk: Desk, product: Product): void {
  const layout = desk.layout.value;
  desk.carried.value = null;
  for (let shelf = layout.shelves.length - 1; shelf >= 0; --shelf) {
    const facing = layout.shelves[shelf]?.facings.findIndex((one) => !one.product) ?? -1;
    if (facing < 0) continue;
    desk.change(place(layout, { shelf, facing }, product.id));
    return;
  }
  if (layout.shelves.length > 0) {
    desk.change(addFacing(layout, layout.shelves.length - 1, product.id));
  }
}
