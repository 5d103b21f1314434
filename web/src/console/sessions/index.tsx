// Sessions: all of them, and each on a page of its own.
import type { JSX } from "preact";
import { Route, Switch } from "wouter-preact";
import { SessionPage } from "./session_page";
import { SessionsPage } from "./sessions_page";

export default function SessionsSection(): JSX.Element {
  return (
    <Switch>
      <Route path="/console/sessions/:id">{({ id }) => <SessionPage id={id} key={id} />}</Route>
      <Route>
        <SessionsPage />
      </Route>
    </Switch>
  );
}
