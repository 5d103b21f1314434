// Reviews: the queue, and the one that somebody works on.
import type { JSX } from "preact";
import { Route, Switch } from "wouter-preact";
import { QueuePage } from "./queue_page";
import { ReviewPage } from "./review_page";
import "./style.css";

export default function ReviewSection(): JSX.Element {
  return (
    <Switch>
      <Route path="/console/review/:id">{({ id }) => <ReviewPage id={id} key={id} />}</Route>
      <Route>
        <QueuePage />
      </Route>
    </Switch>
  );
}
