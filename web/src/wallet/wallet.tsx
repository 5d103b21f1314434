// The wallet: which page stands at which address, and who may see it.
import { useEffect, useState } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import { Route, Switch } from "wouter-preact";
import { loadMe, me } from "@shared/api/me";
import { problemOf, type Problem } from "@shared/api/problem";
import { whenBack } from "@shared/connection";
import { words } from "@shared/strings";
import { ButtonLink } from "@shared/ui/button";
import { Empty, ProblemNotice, Skeleton } from "@shared/ui/states";
import { AccountPage } from "./account_page";
import { BankPage } from "./bank_page";
import { CardPage, SavedCardPage } from "./card_page";
import { DebtPage } from "./debt_page";
import { DoorPage } from "./door_page";
import { Frame } from "./frame";
import { HomePage } from "./home_page";
import { ReceiptPage } from "./receipt_page";
import { ScanPage } from "./scan_page";
import { SessionPage } from "./session_page";
import { SignInPage } from "./sign_in";

export const isShopper = (): boolean => me.value?.role === "shopper";

export function Wallet(): JSX.Element {
  const [problem, setProblem] = useState<Problem>();
  const look = () =>
    loadMe().then(
      () => setProblem(undefined),
      (thrown: unknown) => setProblem(problemOf(thrown)),
    );
  useEffect(() => {
    void look();
    return whenBack(() => void look());
  }, []);
  if (me.value === undefined) {
    return (
      <Frame title={words.value.wallet.title}>
        {problem ? <ProblemNotice problem={problem} onRetry={look} /> : <Skeleton />}
      </Frame>
    );
  }
  return (
    <Switch>
      <Route path="/d/:token">{({ token }) => <DoorPage token={token} />}</Route>
      <Route path="/wallet/scan" component={ScanPage} />
      <Route path="/wallet/sign-in">
        <SignInPage />
      </Route>
      <Route path="/wallet/session/:id">
        {({ id }) => (
          <Mine>
            <SessionPage id={id} key={id} />
          </Mine>
        )}
      </Route>
      <Route path="/wallet/receipt/:id">
        {({ id }) => (
          <Mine>
            <ReceiptPage id={id} key={id} />
          </Mine>
        )}
      </Route>
      <Route path="/wallet/debt">
        <Mine>
          <DebtPage />
        </Mine>
      </Route>
      <Route path="/wallet/cards/new">
        <Mine>
          <CardPage />
        </Mine>
      </Route>
      <Route path="/wallet/cards/setup/:id">
        {({ id }) => (
          <Mine>
            <SavedCardPage id={id} key={id} />
          </Mine>
        )}
      </Route>
      <Route path="/wallet/account" component={AccountPage} />
      <Route path="/sandbox/actions/:payment">
        {({ payment }) => (
          <Mine>
            <BankPage payment={payment} />
          </Mine>
        )}
      </Route>
      <Route path="/wallet" component={HomePage} />
      <Route path="/" component={HomePage} />
      <Route>
        <NotFound />
      </Route>
    </Switch>
  );
}

// Pages of somebody: who is signed out signs in, and is where they were.
function Mine({ children }: { children: ComponentChildren }): JSX.Element {
  return isShopper() ? <>{children}</> : <SignInPage stay />;
}

function NotFound(): JSX.Element {
  return (
    <Frame title={words.value.wallet.title}>
      <Empty icon="help" title={words.value.common.notFound}>
        <ButtonLink href="/wallet" kind="primary">
          {words.value.wallet.home.hello}
        </ButtonLink>
      </Empty>
    </Frame>
  );
}
