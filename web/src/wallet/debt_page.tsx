// Pays what is owed: one button a currency, and what became of it.
import { useEffect, useRef } from "preact/hooks";
import type { JSX } from "preact";
import { useLocation } from "wouter-preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { once } from "@shared/api/once";
import { wait } from "@shared/api/patience";
import { money, type Amount } from "@shared/money";
import { words } from "@shared/strings";
import { Button, ButtonLink } from "@shared/ui/button";
import { Empty, Loaded } from "@shared/ui/states";
import { Money, Time } from "@shared/ui/texts";
import { tell } from "@shared/ui/toast";
import { CardChoice, cardOf, useCards } from "./cards";
import { owes, useDebt } from "./debts";
import { Frame } from "./frame";
import { door } from "./state";

type Payment = Schemas["Payment"];

const lookEveryMs = 700;
const decided = new Set(["captured", "released", "declined", "expired", "abandoned"]);

export function DebtPage(): JSX.Element {
  const said = words.value.wallet.debt;
  const debt = useDebt();
  const cards = useCards();
  const [, go] = useLocation();
  const here = useRef(true);
  useEffect(() => () => void (here.current = false), []);
  const card = cards.value && cardOf(cards.value);

  async function until(payment: Payment): Promise<Payment> {
    let now = payment;
    while (here.current && !decided.has(now.state) && !now.action_url) {
      await wait(lookEveryMs);
      const params = { path: { id: payment.id } };
      now = await ask(api.GET("/v1/payments/{id}", { params }));
    }
    return now;
  }
  const pay = (owed: Amount) => async () => {
    if (!card) return;
    const payment = await once(`debt/${owed.currency}/${owed.minor}/${card.id}`, (key) => {
      const params = { header: { "Idempotency-Key": key } };
      const body = { payment_method: card.id, currency: owed.currency };
      return ask(api.POST("/v1/debts/payments", { params, body }));
    });
    const end = await until(payment);
    if (end.action_url) {
      location.assign(end.action_url);
      return;
    }
    tell(end.state === "captured" ? said.paid : said.declined);
    await debt.reload();
    if (end.state === "captured" && door.value) go(`/d/${door.value}`, { replace: true });
  };

  return (
    <Frame title={said.title} back="/wallet">
      <Loaded of={debt}>
        {(one) =>
          owes(one) ? (
            <div class="card stack">
              <h1>{said.title}</h1>
              <p>{said.intro(one.owed.map(money).join(" + "))}</p>
              <ul class="lines">
                {one.debts.map((each) => (
                  <li key={each.key} class="row-between">
                    <span>
                      <Time at={each.made_at} {...(each.time_zone ? { zone: each.time_zone } : {})} />
                    </span>
                    <Money of={each.left} />
                  </li>
                ))}
              </ul>
              {card ? (
                <>
                  <CardChoice cards={cards.value ?? []} />
                  {one.owed.map((owed) => (
                    <Button
                      key={owed.currency}
                      kind="primary"
                      size="large"
                      wide
                      busy={said.paying}
                      onPress={pay(owed)}
                    >
                      {said.pay(money(owed))}
                    </Button>
                  ))}
                </>
              ) : (
                <p>{said.noCard}</p>
              )}
              <ButtonLink href="/wallet/cards/new" wide icon="card">
                {words.value.wallet.account.add}
              </ButtonLink>
            </div>
          ) : (
            <Empty icon="check" title={said.none}>
              <p>{said.noneTodo}</p>
            </Empty>
          )
        }
      </Loaded>
    </Frame>
  );
}
