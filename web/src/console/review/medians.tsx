// How long a review takes: of all, and of who looks.
import type { JSX } from "preact";
import { api, ask } from "@shared/api/client";
import { me } from "@shared/api/me";
import { useResource } from "@shared/api/resource";
import { secondsOf } from "@shared/time";
import { useEvents } from "../live";
import { said } from "./strings";

const days = 7;

const seconds = (ms: number | null | undefined): string =>
  ms == null ? said.value.none : secondsOf(ms);

export function Medians(): JSX.Element {
  const words = said.value;
  const statistics = useResource("review-medians", () => {
    const from = new Date(Date.now() - days * 86400_000).toISOString();
    return ask(api.GET("/v1/statistics", { params: { query: { from, step: "day" } } }));
  });
  useEvents(["review.decided"], () => void statistics.reload());
  const own = statistics.value?.reviewers.find((one) => one.user === me.value?.id);
  return (
    <dl class="medians">
      <div>
        <dt>{words.median}</dt>
        <dd class="number">{seconds(statistics.value?.total.review.median_ms)}</dd>
      </div>
      <div>
        <dt>{words.ownMedian}</dt>
        <dd class="number">{seconds(own?.review.median_ms)}</dd>
      </div>
    </dl>
  );
}
