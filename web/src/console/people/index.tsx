// People and API keys: two parts of one section, for owners.
import type { JSX } from "preact";
import { Route, Switch } from "wouter-preact";
import "../manage/style.css";
import { KeysPage } from "./keys_page";
import { UsersPage } from "./users_page";

export default function People(): JSX.Element {
  return (
    <Switch>
      <Route path="/console/people/keys" component={KeysPage} />
      <Route component={UsersPage} />
    </Switch>
  );
}
