// A new product: its words, its price in one market, its photos. Photos that wait are lost on a
// reload, since browsers keep no files; everything else stays.
import { useEffect, useState } from "preact/hooks";
import type { JSX } from "preact";
import { useLocation } from "wouter-preact";
import { api, ask } from "@shared/api/client";
import { once } from "@shared/api/once";
import { parseMoney } from "@shared/money";
import { SelectField, TextField } from "@shared/ui/field";
import { tell, tellProblem } from "@shared/ui/toast";
import { useDraft, useFields, type Fields } from "../manage/draft";
import { Form } from "../manage/form";
import { useMarkets, type Market } from "../manage/things";
import { parseTax, taxText } from "../markets/tax";
import { Page } from "../shell/page";
import { PhotoDrop } from "./drop";
import { ProductFields } from "./fields";
import { emptyProduct, wishOf, wrongPrice, wrongProduct, type PriceField } from "./form";
import { fit, NoPicture, sendPhoto } from "./pictures";
import { said } from "./words";

interface Waiting {
  file: File;
  photo: Blob;
  shown: string; // An object URL.
}

const noTax = "0"; // Where nothing is said.

export function NewProductPage(): JSX.Element {
  const words = said.value;
  const [, go] = useLocation();
  const [fields, clear] = useFields("product.new", emptyProduct);
  const [price, clearPrice] = useFields<PriceField>("product.price", { price: "", tax: "" });
  const chosen = useDraft("product.market", "");
  const markets = useMarkets();
  const market = markets.value?.find((one) => one.id === chosen.value) ?? markets.value?.[0];
  // Most products of a market are taxed alike: as the one before, until somebody writes another.
  const usual = market?.prices[market.prices.length - 1]?.tax_rate_bp;
  useEffect(() => {
    if (usual !== undefined && price.tax.value === "") price.tax.value = taxText(usual);
  }, [usual]);
  const [photos, setPhotos] = useState<Waiting[]>([]);
  const [sent, setSent] = useState<number>();

  const take = async (files: File[]) => {
    for (const file of files) {
      try {
        const photo = await fit(file);
        const shown = URL.createObjectURL(photo);
        setPhotos((was) => [...was, { file, photo, shown }]);
      } catch (thrown) {
        if (thrown instanceof NoPicture) tell(words.notPicture(file.name));
        else tellProblem(thrown);
      }
    }
  };
  const send = async () => {
    const wish = wishOf(fields);
    const made = await once(`product/${wish.sku}`, (key) =>
      ask(api.POST("/v1/products", { params: { header: { "Idempotency-Key": key } }, body: wish })),
    );
    // What comes after can be done again on the product's own page.
    try {
      await putPrice(market, made.id, price);
      for (const [index, one] of photos.entries()) {
        setSent(index);
        await sendPhoto(made.id, one.photo);
      }
    } catch (thrown) {
      tellProblem(thrown);
    }
    clear();
    clearPrice();
    tell(words.added(made.name));
    go(`/console/products/${made.id}`);
  };
  const busy = sent === undefined ? undefined : words.sending(sent, photos.length);
  return (
    <Page title={words.add} crumbs={[{ href: "/console/products", words: words.title }]}>
      <div class="two">
        <div class="card stack">
          <Form
            check={() => ({
              ...wrongProduct(fields),
              ...(market && wrongPrice(price, market.currency)),
            })}
            onSend={send}
            send={words.add}
            sending={busy ?? words.adding}
          >
            {(wrong) => (
              <>
                <ProductFields of={fields} wrong={wrong} isNew />
                {market && (
                  <div class="halves">
                    {(markets.value?.length ?? 0) > 1 && (
                      <SelectField
                        label={words.priceIn("").trim()}
                        value={market.id}
                        choices={(markets.value ?? []).map((one) => ({
                          value: one.id,
                          words: one.name,
                        }))}
                        onChange={(id) => (chosen.value = id)}
                      />
                    )}
                    <TextField
                      label={`${words.priceIn(market.name)} (${market.currency})`}
                      hint={words.priceHint}
                      wrong={wrong["price"]}
                      value={price.price}
                      input={{ inputMode: "decimal", autocomplete: "off" }}
                    />
                    <TextField
                      label={words.tax}
                      wrong={wrong["tax"]}
                      value={price.tax}
                      input={{ inputMode: "decimal", autocomplete: "off" }}
                    />
                  </div>
                )}
              </>
            )}
          </Form>
        </div>
        <div class="card stack">
          <h2>{words.photos}</h2>
          <PhotoDrop onFiles={(files) => void take(files)} busy={busy} />
          <WaitingPhotos of={photos} onRemove={(one) => setPhotos(photos.filter((is) => is !== one))} />
          <p class="small soft">{words.photosFirst}</p>
        </div>
      </div>
    </Page>
  );
}

async function putPrice(
  market: Market | undefined,
  product: string,
  price: Fields<PriceField>,
): Promise<void> {
  const amount = market && parseMoney(price.price.value, market.currency);
  const tax = parseTax(price.tax.value || noTax);
  if (!market || !amount || tax === undefined) return;
  await ask(
    api.PUT("/v1/markets/{id}/prices/{product}", {
      params: { path: { id: market.id, product } },
      body: { amount, tax_rate_bp: tax },
    }),
  );
}

function WaitingPhotos({
  of,
  onRemove,
}: {
  of: readonly Waiting[];
  onRemove: (one: Waiting) => void;
}): JSX.Element | null {
  if (of.length === 0) return null;
  return (
    <ul class="photos">
      {of.map((one, index) => (
        <WaitingPhoto key={one.shown} of={one} number={index + 1} onRemove={() => onRemove(one)} />
      ))}
    </ul>
  );
}

function WaitingPhoto({
  of,
  number,
  onRemove,
}: {
  of: Waiting;
  number: number;
  onRemove: () => void;
}): JSX.Element {
  const words = said.value;
  useEffect(() => () => URL.revokeObjectURL(of.shown), []);
  return (
    <li class="photo">
      <img src={of.shown} alt={words.photo(number)} />
      <button type="button" class="photo-remove" onClick={onRemove}>
        <span class="unseen">{words.removePhoto(number)}</span>
        <span aria-hidden="true">×</span>
      </button>
    </li>
  );
}
