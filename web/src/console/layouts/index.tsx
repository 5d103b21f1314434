// Layouts: which cabinet has which, and the editor of one cabinet's.
import type { JSX } from "preact";
import { Route, Switch } from "wouter-preact";
import "../manage/style.css";
import { LayoutPage } from "./layout_page";
import { LayoutsPage } from "./layouts_page";
import "./style.css";

export default function Layouts(): JSX.Element {
  return (
    <Switch>
      <Route path="/console/layouts/:cabinet">
        {({ cabinet }) => <LayoutPage cabinet={cabinet} key={cabinet} />}
      </Route>
      <Route component={LayoutsPage} />
    </Switch>
  );
}
