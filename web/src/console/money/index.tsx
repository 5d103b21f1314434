// Money: ledger, payments, refunds, debts, payouts, and tables for the books.
import type { JSX } from "preact";
import { Route, Switch } from "wouter-preact";
import "../manage/style.css";
import { DebtsPart } from "./debts";
import { ExportPart } from "./exports";
import { LedgerPart } from "./ledger";
import { PaymentsPart } from "./payments";
import { PayoutsPart } from "./payouts";
import { RefundsPart } from "./refunds";
import "./style.css";

export default function Money(): JSX.Element {
  return (
    <Switch>
      <Route path="/console/money/payments" component={PaymentsPart} />
      <Route path="/console/money/refunds" component={RefundsPart} />
      <Route path="/console/money/debts" component={DebtsPart} />
      <Route path="/console/money/payouts" component={PayoutsPart} />
      <Route path="/console/money/exports" component={ExportPart} />
      <Route component={LedgerPart} />
    </Switch>
  );
}
