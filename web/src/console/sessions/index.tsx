// Sessions: all of them, and each on a page of its own.
import type { JSX } from "preact";
import { Route, Switch } from "wouter-preact";
import { SessionsPage } from "./sessions_page";

export default function SessionsSection(): JSX.Element {
  return (
    <Switch>
      <Route>
        <SessionsPage />
      </Route>
    </Switch>
  );
}
