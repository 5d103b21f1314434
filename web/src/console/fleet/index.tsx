// Cabinets: all of them as a list or a map, and each on a page of its own.
import type { JSX } from "preact";
import { Route, Switch } from "wouter-preact";
import { CabinetPage } from "./cabinet_page";
import { FleetPage } from "./fleet_page";
import "./style.css";

export default function FleetSection(): JSX.Element {
  return (
    <Switch>
      <Route path="/console/fleet/:id">{({ id }) => <CabinetPage id={id} key={id} />}</Route>
      <Route>
        <FleetPage />
      </Route>
    </Switch>
  );
}
