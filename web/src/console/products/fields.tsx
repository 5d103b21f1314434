// The fields of a product, for a new one and for one that is changed.
import type { JSX } from "preact";
import { TextField } from "@shared/ui/field";
import type { Fields } from "../manage/draft";
import type { Wrong } from "../manage/form";
import { skuOf, type ProductField } from "./form";
import { said } from "./words";

export function ProductFields({
  of,
  wrong,
  isNew,
}: {
  of: Fields<ProductField>;
  wrong: Wrong;
  isNew: boolean;
}): JSX.Element {
  const words = said.value;
  const before = of.name.value;
  // The sku follows the name until somebody writes another one.
  const follow = (name: string) => {
    if (isNew && (!of.sku.value || of.sku.value === skuOf(before))) of.sku.value = skuOf(name);
  };
  return (
    <>
      <TextField
        label={words.name}
        wrong={wrong["name"]}
        value={of.name}
        onChange={follow}
        input={{ maxLength: 200, autocomplete: "off" }}
      />
      <TextField
        label={words.sku}
        hint={words.skuHint}
        wrong={wrong["sku"]}
        value={of.sku}
        input={{ maxLength: 200, readOnly: !isNew, autocomplete: "off", spellcheck: false }}
      />
      <TextField
        label={words.gtin}
        hint={words.gtinHint}
        wrong={wrong["gtin"]}
        value={of.gtin}
        input={{ maxLength: 20, inputMode: "numeric", autocomplete: "off" }}
      />
      <fieldset class="stack-tight">
        <legend class="legend">{words.size}</legend>
        <div class="sizes">
          <TextField label={words.width} value={of.width} input={{ inputMode: "numeric" }} />
          <TextField label={words.depth} value={of.depth} input={{ inputMode: "numeric" }} />
          <TextField label={words.height} value={of.height} input={{ inputMode: "numeric" }} />
        </div>
        <span class="small soft">{words.sizeHint}</span>
        {wrong["size"] && (
          <span class="small wrong-words" role="alert">
            {wrong["size"]}
          </span>
        )}
      </fieldset>
    </>
  );
}
