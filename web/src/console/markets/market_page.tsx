// One market: its settings and its prices.
import type { JSX } from "preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { useResource, type Resource } from "@shared/api/resource";
import { digitsOf, parseMoney } from "@shared/money";
import { Loaded } from "@shared/ui/states";
import { tell } from "@shared/ui/toast";
import { useFields } from "../manage/draft";
import { Form } from "../manage/form";
import { may } from "../roles";
import { Page } from "../shell/page";
import { doubtOf, grantOf, MarketFields, wrongMarket, type MarketField } from "./fields";
import { Prices } from "./prices";
import { said } from "./words";

type Market = Schemas["Market"];

export function MarketPage({ id }: { id: string }): JSX.Element {
  const market = useResource(`market/${id}`, () =>
    ask(api.GET("/v1/markets/{id}", { params: { path: { id } } })),
  );
  return (
    <Page
        title={market.value?.name ?? said.value.title}
        crumbs={[{ href: "/console/markets", words: said.value.title }]}
      >
      <Loaded of={market}>
        {(one) => (
          <div class="two">
            <Prices of={one} market={market} />
            <Settings of={one} market={market} key={one.id} />
          </div>
        )}
      </Loaded>
    </Page>
  );
}

export const plainMoney = (amount: { minor: number; currency: string }): string => {
  const digits = digitsOf(amount.currency);
  return (amount.minor / 10 ** digits).toFixed(digits);
};

function Settings({ of, market }: { of: Market; market: Resource<Market> }): JSX.Element {
  const words = said.value;
  const [fields] = useFields<MarketField>(`market.${of.id}.${of.version}`, {
    name: of.name,
    currency: of.currency,
    hold: plainMoney(of.hold),
    tax: of.price_includes_tax ? "included" : "added",
    review: String(of.review_level),
    grant: plainMoney(of.dispute_grant_max),
    doubt: plainMoney(of.review_error_max),
  });
  const send = async () => {
    const hold = parseMoney(fields.hold.value, of.currency);
    if (!hold) return;
    const body = {
      name: fields.name.value.trim(),
      hold,
      price_includes_tax: fields.tax.value === "included",
      review_level: Number(fields.review.value),
      ...grantOf(fields, of.currency),
      ...doubtOf(fields, of.currency),
    };
    const path = { id: of.id };
    market.set(await ask(api.PATCH("/v1/markets/{id}", { params: { path }, body })));
    tell(words.saved);
  };
  return (
    <div class="card stack">
      <h2>{words.settings}</h2>
      <Form
        check={() => wrongMarket(fields)}
        onSend={send}
        send={words.saveSettings}
        disabled={!may("operator")}
      >
        {(wrong) => <MarketFields of={fields} wrong={wrong} isNew={false} />}
      </Form>
    </div>
  );
}
