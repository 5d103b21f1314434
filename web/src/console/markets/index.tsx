// Markets: their list, a new one, and one with its prices.
import type { JSX } from "preact";
import { Route, Switch } from "wouter-preact";
import { MarketPage } from "./market_page";
import { MarketsPage } from "./markets_page";
import { NewMarketPage } from "./new_page";
import "../manage/style.css";
import "./style.css";

export default function Markets(): JSX.Element {
  return (
    <Switch>
      <Route path="/console/markets/new" component={NewMarketPage} />
      <Route path="/console/markets/:id">{({ id }) => <MarketPage id={id} key={id} />}</Route>
      <Route component={MarketsPage} />
    </Switch>
  );
}
