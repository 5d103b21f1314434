// Means of payment: the shopper's, and the form for another one.
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { once } from "@shared/api/once";
import { useResource, type Resource } from "@shared/api/resource";
import { isTest } from "@shared/page";
import { words } from "@shared/strings";
import { dateTime } from "@shared/time";
import { Button } from "@shared/ui/button";
import { chosenCard } from "./state";

export type Card = Schemas["PaymentMethod"];

export function useCards(): Resource<Card[]> {
  return useResource("cards", async () => (await ask(api.GET("/v1/payment_methods"))).data);
}

// The one to pay with: as chosen, else the main one.
export function cardOf(cards: readonly Card[]): Card | undefined {
  return (
    cards.find((one) => one.id === chosenCard.value) ??
    cards.find((one) => one.is_default) ??
    cards[0]
  );
}

export const cardName = (card: Card): string =>
  words.value.wallet.card.brand(card.brand, card.last4);

type TestCard = keyof typeof words.value.wallet.card.testCards;

export function CardForm({ onDone }: { onDone: (card: Card) => void }): JSX.Element {
  const said = words.value.wallet.card;
  const [token, setToken] = useState<TestCard>("pm_card_visa");
  if (!isTest) return <CardAtProvider />;
  const add = () =>
    once(`card/${token}`, async (key) => {
      const params = { header: { "Idempotency-Key": key } };
      const body = { provider_token: token };
      const card = await ask(api.POST("/v1/payment_methods", { params, body }));
      chosenCard.value = card.id;
      onDone(card);
    });
  return (
    <div class="stack">
      <fieldset class="choices">
        <legend class="soft">{said.testIntro}</legend>
        {Object.entries(said.testCards).map(([value, name]) => (
          <label key={value} class="choice">
            <input
              type="radio"
              name="card"
              value={value}
              checked={token === value}
              onChange={() => setToken(value as TestCard)}
            />
            <span>{name}</span>
          </label>
        ))}
      </fieldset>
      <Button kind="primary" size="large" wide busy={said.adding} onPress={add}>
        {said.add}
      </Button>
    </div>
  );
}

// Leads to the payment provider's own page, which leads back to SavedCardPage.
export function CardAtProvider(): JSX.Element {
  const said = words.value.wallet.card.hosted;
  const leave = () =>
    once("card", async (key) => {
      const params = { header: { "Idempotency-Key": key } };
      const page = await ask(api.POST("/v1/card_setups", { params }));
      location.assign(page.url);
    });
  return (
    <div class="stack">
      <p class="soft">{said.intro}</p>
      <Button kind="primary" size="large" wide icon="card" busy={said.leaving} onPress={leave}>
        {said.add}
      </Button>
    </div>
  );
}

// Which card, where there are several.
export function CardChoice({ cards }: { cards: readonly Card[] }): JSX.Element | null {
  const said = words.value.wallet.door;
  const chosen = cardOf(cards);
  if (!chosen) return null;
  if (cards.length === 1) return <p class="soft small">{said.card(cardName(chosen))}</p>;
  return (
    <div class="choices">
      {cards.map((card) => (
        <label key={card.id} class="choice">
          <input
            type="radio"
            name="pay-with"
            checked={card.id === chosen.id}
            onChange={() => (chosenCard.value = card.id)}
          />
          <CardWords card={card} />
        </label>
      ))}
    </div>
  );
}

// Two cards may have the same name; when they were added tells them apart.
export function CardWords({ card }: { card: Card }): JSX.Element {
  return (
    <span class="stack-tight">
      {cardName(card)}
      <span class="soft small">{words.value.wallet.card.since(dateTime(card.created_at))}</span>
    </span>
  );
}
