// A new market.
import type { JSX } from "preact";
import { useLocation } from "wouter-preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { once } from "@shared/api/once";
import { parseMoney } from "@shared/money";
import { useFields } from "../manage/draft";
import { Form } from "../manage/form";
import { Page } from "../shell/page";
import { currencyOf, doubtOf, emptyMarket, grantOf, MarketFields, wrongMarket } from "./fields";
import { said } from "./words";

export function NewMarketPage(): JSX.Element {
  const words = said.value;
  const [, go] = useLocation();
  return (
    <Page title={words.add} crumbs={[{ href: "/console/markets", words: words.title }]}>
      <div class="card stack narrow">
        <NewMarket onMade={(made) => go(`/console/markets/${made.id}`)} />
      </div>
    </Page>
  );
}

// Also a step of a new operator's first ones.
export function NewMarket({
  onMade,
}: {
  onMade: (made: Schemas["Market"]) => unknown;
}): JSX.Element {
  const words = said.value;
  const [fields, clear] = useFields("market.new", emptyMarket);
  const send = async () => {
    const currency = currencyOf(fields);
    const hold = parseMoney(fields.hold.value, currency);
    if (!hold) return;
    const name = fields.name.value.trim();
    const body = {
      name,
      currency,
      hold,
      price_includes_tax: fields.tax.value === "included",
      review_level: Number(fields.review.value),
      ...grantOf(fields, currency),
      ...doubtOf(fields, currency),
    };
    const made = await once(`market/${name}`, (key) =>
      ask(api.POST("/v1/markets", { params: { header: { "Idempotency-Key": key } }, body })),
    );
    clear();
    await onMade(made);
  };
  return (
    <Form check={() => wrongMarket(fields)} onSend={send} send={words.add} sending={words.adding}>
      {(wrong) => <MarketFields of={fields} wrong={wrong} isNew />}
    </Form>
  );
}
