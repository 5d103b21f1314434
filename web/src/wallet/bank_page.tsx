// The sandbox's bank: in test mode, the page where a shopper confirms a payment.
import type { JSX } from "preact";
import { useLocation } from "wouter-preact";
import { api, ask } from "@shared/api/client";
import { once } from "@shared/api/once";
import { useResource } from "@shared/api/resource";
import { money } from "@shared/money";
import { words } from "@shared/strings";
import { Button } from "@shared/ui/button";
import { Loaded, Notice } from "@shared/ui/states";
import { Frame } from "./frame";

export function BankPage({ payment: id }: { payment: string }): JSX.Element {
  const said = words.value.wallet.bank;
  const [, go] = useLocation();
  const payment = useResource(`payment/${id}`, () =>
    ask(api.GET("/v1/payments/{id}", { params: { path: { id } } })),
  );
  const session = payment.value?.session;
  const back = session ? `/wallet/session/${session}` : "/wallet/debt";
  const answer = (outcome: "approve" | "decline") => () =>
    once(`bank/${id}/${outcome}`, async (key) => {
      const params = { path: { payment: id }, header: { "Idempotency-Key": key } };
      await ask(api.POST("/v1/sandbox/actions/{payment}", { params, body: { outcome } }));
      go(back, { replace: true });
    });
  return (
    <Frame title={said.title} back={back}>
      <Loaded of={payment}>
        {(one) => (
          <div class="card stack">
            <h1>{said.title}</h1>
            <p class="soft">{said.intro}</p>
            <p class="question">
              {(one.purpose === "debt" ? said.askDebt : said.ask)(money(one.asked))}
            </p>
            {one.state === "action_needed" ? (
              <>
                <Button
                  kind="primary"
                  size="large"
                  wide
                  busy={said.working}
                  onPress={answer("approve")}
                >
                  {said.yes}
                </Button>
                <Button size="large" wide busy={said.working} onPress={answer("decline")}>
                  {said.no}
                </Button>
              </>
            ) : (
              <Notice>{said.answered}</Notice>
            )}
          </div>
        )}
      </Loaded>
    </Frame>
  );
}
