// How long a review takes: of all, and of who looks.
import type { JSX } from "preact";
import { api, ask } from "@shared/api/client";
import { me } from "@shared/api/me";
import { useResource } from "@shared/api/resource";
import { locale } from "@shared/language";
import { useEvents } from "../live";
import { said } from "./strings";

const days = 7;

function seconds(ms: number | null | undefined): string {
  if (ms == null) return said.value.none;
  return new Intl.NumberFormat(locale(), {
    style: "unit",
    unit: "second",
    maximumFractionDigits: 1,
  }).format(ms / 1000);
}

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
