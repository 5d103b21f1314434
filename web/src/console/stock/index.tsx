// Stock: levels, what to bring, shrink; one cabinet with counts and movements; restocking it.
import type { JSX } from "preact";
import { Route, Switch } from "wouter-preact";
import "../manage/style.css";
import { CabinetPart } from "./cabinet";
import { LevelsPart } from "./levels";
import { ListPart } from "./list";
import { RestockPart } from "./restock";
import { ShrinkPart } from "./shrink";
import "./style.css";

export default function Stock(): JSX.Element {
  return (
    <Switch>
      <Route path="/console/stock/list" component={ListPart} />
      <Route path="/console/stock/shrink" component={ShrinkPart} />
      <Route path="/console/stock/:id/restock">
        {({ id }) => <RestockPart id={id} key={id} />}
      </Route>
      <Route path="/console/stock/:id">{({ id }) => <CabinetPart id={id} key={id} />}</Route>
      <Route component={LevelsPart} />
    </Switch>
  );
}
