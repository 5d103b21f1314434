// The chosen place: how many fit, when to bring more.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { JSX } from "preact";
import { Button } from "@shared/ui/button";
import { TextField } from "@shared/ui/field";
import { byId, type Product } from "../manage/things";
import { Thumb } from "../manage/thumb";
import { may } from "../roles";
import { amounts, capacityMax, facingAt, place, removeFacing, type Facing } from "./edit";
import type { Desk } from "./layout_page";
import { said } from "./words";

export function Chosen({
  desk,
  products,
}: {
  desk: Desk;
  products: readonly Product[];
}): JSX.Element {
  const words = said.value;
  const at = desk.chosen.value;
  const facing = at && facingAt(desk.layout.value, at);
  return (
    <section class="card stack" aria-label={words.chosen}>
      <h2>{words.chosen}</h2>
      {at && facing ? (
        <Fields key={facing.id} desk={desk} facing={facing} products={products} />
      ) : (
        <p class="soft">{words.chooseOne}</p>
      )}
    </section>
  );
}

const whole = (text: string): number => (/^\d{1,3}$/.test(text.trim()) ? Number(text) : -1);

function Fields({
  desk,
  facing,
  products,
}: {
  desk: Desk;
  facing: Facing;
  products: readonly Product[];
}): JSX.Element | null {
  const words = said.value;
  const capacity = useSignal(String(facing.capacity));
  const par = useSignal(String(facing.par_level));
  useEffect(() => {
    capacity.value = String(facing.capacity);
    par.value = String(facing.par_level);
  }, [facing.capacity, facing.par_level]);
  const at = desk.chosen.value;
  if (!at) return null;
  const product = facing.product ? byId(products).get(facing.product) : undefined;
  const fits = whole(capacity.value);
  const bring = whole(par.value);
  const isWrong = fits < 1 || fits > capacityMax || bring < 0 || bring > fits;
  const write = () => {
    const next = { capacity: whole(capacity.value), par_level: whole(par.value) };
    if (next.capacity < 1 || next.capacity > capacityMax) return;
    if (next.par_level < 0 || next.par_level > next.capacity) return;
    desk.change(amounts(desk.layout.value, at, next));
  };
  const can = may("operator");
  return (
    <>
      <div class="row">
        <Thumb of={product} />
        <div class="grow">
          <div>{product?.name ?? words.empty}</div>
          <div class="small soft mono">{facing.id}</div>
        </div>
      </div>
      <div class="halves">
        <TextField
          label={words.capacity}
          value={capacity}
          onChange={write}
          input={{ inputMode: "numeric", disabled: !can }}
        />
        <TextField
          label={words.par}
          value={par}
          onChange={write}
          input={{ inputMode: "numeric", disabled: !can }}
        />
      </div>
      <p class="small soft">{words.parHint}</p>
      {isWrong && (
        <p class="small wrong-words" role="alert">
          {words.amountsWrong}
        </p>
      )}
      {can && (
        <div class="row">
          {facing.product && (
            <Button onPress={() => desk.change(place(desk.layout.value, at, null))}>
              {words.clear}
            </Button>
          )}
          <Button
            onPress={() => {
              desk.chosen.value = null;
              desk.change(removeFacing(desk.layout.value, at));
            }}
          >
            {words.takeOut}
          </Button>
        </div>
      )}
    </>
  );
}
