// The prices of a market: one line for each product, changed where it stands.
import { useComputed, useSignal } from "@preact/signals";
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { api, ask, type Schemas } from "@shared/api/client";
import type { Resource } from "@shared/api/resource";
import { parseMoney } from "@shared/money";
import { Button, ButtonLink } from "@shared/ui/button";
import { Confirm } from "@shared/ui/dialog";
import { TextField } from "@shared/ui/field";
import { Empty, Loaded, Notice } from "@shared/ui/states";
import { tell } from "@shared/ui/toast";
import { useFields } from "../manage/draft";
import { may } from "../roles";
import { useProducts, type Product } from "../manage/things";
import { Thumb } from "../manage/thumb";
import { plainMoney } from "./market_page";
import { parseTax, taxText } from "./tax";
import { said } from "./words";

type Market = Schemas["Market"];
type Price = Schemas["Price"];

export function Prices({ of, market }: { of: Market; market: Resource<Market> }): JSX.Element {
  const words = said.value;
  const products = useProducts();
  const search = useSignal("");
  const wanted = useComputed(() => search.value.trim().toLowerCase());
  return (
    <div class="panel">
      <div class="panel-head stack-tight">
        <h2>{words.prices}</h2>
        <p class="soft small">{words.pricesIntro}</p>
        {(products.value?.length ?? 0) > 10 && (
          <TextField label={words.search} value={search} input={{ type: "search" }} />
        )}
      </div>
      <Loaded of={products}>
        {(all) =>
          all.length === 0 ? (
            <Empty icon="box" title={words.noProducts}>
              <p>{words.noProductsTodo}</p>
              <ButtonLink kind="primary" href="/console/products/new">
                {words.addProduct}
              </ButtonLink>
            </Empty>
          ) : (
            <PriceList
              of={of}
              market={market}
              products={all.filter((one) =>
                `${one.name} ${one.sku}`.toLowerCase().includes(wanted.value),
              )}
              missing={all.filter((one) => !of.prices.some((is) => is.product === one.id)).length}
            />
          )
        }
      </Loaded>
    </div>
  );
}

function PriceList({
  of,
  market,
  products,
  missing,
}: {
  of: Market;
  market: Resource<Market>;
  products: readonly Product[];
  missing: number;
}): JSX.Element {
  const words = said.value;
  const prices = new Map(of.prices.map((one) => [one.product, one]));
  // What lacks a price comes first: it keeps cabinets closed.
  const sorted = [...products].sort(
    (a, b) =>
      Number(prices.has(a.id)) - Number(prices.has(b.id)) || a.name.localeCompare(b.name),
  );
  return (
    <>
      {missing > 0 && (
        <div class="price-note">
          <Notice kind="warn">{words.withoutPrice(missing)}</Notice>
        </div>
      )}
      <ul class="prices">
        {sorted.map((one) => (
          <PriceLine
            key={`${one.id}/${prices.get(one.id)?.amount.minor}/${prices.get(one.id)?.tax_rate_bp}`}
            market={of}
            product={one}
            price={prices.get(one.id)}
            onChange={market.reload}
          />
        ))}
      </ul>
    </>
  );
}

function PriceLine({
  market,
  product,
  price,
  onChange,
}: {
  market: Market;
  product: Product;
  price: Price | undefined;
  onChange: () => Promise<void>;
}): JSX.Element {
  const words = said.value;
  const { name } = product;
  const initial = {
    amount: price ? plainMoney(price.amount) : "",
    tax: price ? taxText(price.tax_rate_bp) : taxText(market.prices[0]?.tax_rate_bp ?? 0),
  };
  const [fields, clear] = useFields(`price.${market.id}.${product.id}`, initial);
  const [tried, setTried] = useState(false);
  const [asked, setAsked] = useState(false);
  const amount = parseMoney(fields.amount.value, market.currency);
  const tax = parseTax(fields.tax.value);
  const path = { id: market.id, product: product.id };
  const changed =
    fields.amount.value !== initial.amount || (price && fields.tax.value !== initial.tax);
  const save = async () => {
    setTried(true);
    if (!amount || amount.minor < 0 || tax === undefined) return;
    await ask(
      api.PUT("/v1/markets/{id}/prices/{product}", {
        params: { path },
        body: { amount, tax_rate_bp: tax },
      }),
    );
    clear();
    tell(words.saved);
    await onChange();
  };
  const remove = async () => {
    await ask(api.DELETE("/v1/markets/{id}/prices/{product}", { params: { path } }));
    setAsked(false);
    await onChange();
  };
  const wrongAmount = tried && (!amount || amount.minor < 0);
  const wrongTax = tried && tax === undefined;
  const onEnter = (event: KeyboardEvent) => {
    if (event.key === "Enter") void save();
  };
  return (
    <li class="price-line">
      <Thumb of={product} />
      <div class="grow">
        <div>{name}</div>
        <div class="small soft mono">{product.sku}</div>
      </div>
      <div class="price-inputs" onKeyDown={onEnter}>
        <label class="price-input">
          <span class="unseen">{words.priceOf(name)}</span>
          <input
            class="input end"
            inputMode="decimal"
            autocomplete="off"
            placeholder={words.noPrice}
            disabled={!may("operator")}
            aria-invalid={wrongAmount ? "true" : undefined}
            value={fields.amount.value}
            onInput={(event) => (fields.amount.value = event.currentTarget.value)}
          />
          <span class="soft">{market.currency}</span>
        </label>
        <label class="price-input tax">
          <span class="unseen">{words.taxOf(name)}</span>
          <input
            class="input end"
            inputMode="decimal"
            autocomplete="off"
            disabled={!may("operator")}
            aria-invalid={wrongTax ? "true" : undefined}
            value={fields.tax.value}
            onInput={(event) => (fields.tax.value = event.currentTarget.value)}
          />
          <span class="soft">%</span>
        </label>
        <span class="price-act">
          {changed ? (
            <Button kind="primary" busy={words.saving} onPress={save}>
              {words.save}
              <span class="unseen">{words.saveOf(name)}</span>
            </Button>
          ) : (
            price &&
            may("operator") && (
              <Button
                kind="quiet"
                icon="close"
                label={words.removeOf(name)}
                onPress={() => setAsked(true)}
              />
            )
          )}
        </span>
      </div>
      {(wrongAmount || wrongTax) && (
        <p class="small price-wrong" role="alert">
          {[wrongAmount && words.wrong.price, wrongTax && words.wrong.tax].filter(Boolean).join(" ")}
        </p>
      )}
      {asked && (
        <Confirm
          title={words.removeAsk(name)}
          yes={words.remove}
          danger
          onYes={remove}
          onClose={() => setAsked(false)}
        >
          <p>{words.removeWords}</p>
        </Confirm>
      )}
    </li>
  );
}
