// What is still to be paid. While there is something, no cabinet opens for this shopper.
import type { JSX } from "preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { useResource, type Resource } from "@shared/api/resource";
import { money } from "@shared/money";
import { words } from "@shared/strings";
import { ButtonLink } from "@shared/ui/button";
import { Notice } from "@shared/ui/states";

export type Debt = Schemas["Debt"];

export function useDebt(): Resource<Debt | null> {
  return useResource("debts", async () => (await ask(api.GET("/v1/debts"))).data[0] ?? null);
}

export const owes = (debt: Debt | null | undefined): debt is Debt =>
  debt?.standing === "locked_out" && debt.owed.some((one) => one.minor > 0);

export function DebtNotice(): JSX.Element | null {
  const debt = useDebt().value;
  if (!owes(debt)) return null;
  const said = words.value.wallet.debt;
  return (
    <Notice kind="warn" title={said.title}>
      <div class="stack-tight">
        <span>{said.intro(debt.owed.map(money).join(" + "))}</span>
        <div>
          <ButtonLink href="/wallet/debt" kind="primary">
            {said.see}
          </ButtonLink>
        </div>
      </div>
    </Notice>
  );
}
