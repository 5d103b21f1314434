// Webhooks: endpoints, and one with its deliveries.
import type { JSX } from "preact";
import { Route, Switch } from "wouter-preact";
import "../manage/style.css";
import { EndpointPage } from "./endpoint_page";
import { EndpointsPage } from "./endpoints_page";

export default function Webhooks(): JSX.Element {
  return (
    <Switch>
      <Route path="/console/webhooks/:id">{({ id }) => <EndpointPage id={id} key={id} />}</Route>
      <Route component={EndpointsPage} />
    </Switch>
  );
}
