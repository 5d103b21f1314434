// Disputes: all of them, and each on a page where it is decided line by line.
import type { JSX } from "preact";
import { Route, Switch } from "wouter-preact";
import { DisputePage } from "./dispute_page";
import { DisputesPage } from "./disputes_page";
import "./style.css";

export default function DisputesSection(): JSX.Element {
  return (
    <Switch>
      <Route path="/console/disputes/:id">{({ id }) => <DisputePage id={id} key={id} />}</Route>
      <Route>
        <DisputesPage />
      </Route>
    </Switch>
  );
}
