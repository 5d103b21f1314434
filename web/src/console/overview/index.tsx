// The overview: first steps while nothing was sold, then the figures that people watch.
import type { JSX } from "preact";
import { api, ask } from "@shared/api/client";
import { useResource } from "@shared/api/resource";
import { useUrlState } from "@shared/url_state";
import { Segments, SelectField } from "@shared/ui/field";
import { Loaded } from "@shared/ui/states";
import { useSold } from "../data";
import { useEvents } from "../live";
import { browserZone } from "../manage/days";
import "../manage/style.css";
import { oneZone, useSites } from "../manage/things";
import { Page } from "../shell/page";
import { Figures } from "./figures";
import { FirstSteps } from "./first_steps";
import "./style.css";
import { said } from "./words";

type Range = "7" | "30" | "90";

const ranges: readonly Range[] = ["7", "30", "90"];
const dayMs = 86400000;

export default function Overview(): JSX.Element {
  const words = said.value;
  const [url, setUrl] = useUrlState({ days: "30", site: "" });
  const range = ranges.find((one) => one === url.days) ?? "30";
  const sites = useSites();
  const site = sites.value?.find((one) => one.id === url.site);
  const zone = site?.time_zone ?? oneZone(sites.value) ?? browserZone();
  const key = `statistics/${range}/${site?.id}/${sites.value ? zone : ""}`;
  const statistics = useResource(key, () => {
    const from = new Date(Date.now() - (Number(range) - 1) * dayMs).toISOString();
    const query = { from, time_zone: zone, step: "day" as const, ...(site && { site: site.id }) };
    return ask(api.GET("/v1/statistics", { params: { query } }));
  });
  const sold = useSold();
  useEvents(["session.settled", "receipt."], () => void statistics.reload());
  return (
    <Page title={words.title} wide>
      {sold === false ? (
        <FirstSteps />
      ) : (
        <>
          <div class="filters overview-filters">
            <Segments
              label={words.range}
              value={range}
              choices={ranges.map((value) => ({ value, words: words.ranges[value] }))}
              onChange={(days) => setUrl({ days })}
            />
            {(sites.value?.length ?? 0) > 1 && (
              <SelectField
                label={words.site}
                value={site?.id ?? ""}
                choices={[
                  { value: "", words: words.allSites },
                  ...(sites.value ?? []).map((one) => ({ value: one.id, words: one.name })),
                ]}
                onChange={(id) => setUrl({ site: id })}
              />
            )}
            <span class="small soft">{words.zone(zone)}</span>
          </div>
          <Loaded of={statistics} lines={8}>
            {(of) => <Figures of={of} />}
          </Loaded>
        </>
      )}
    </Page>
  );
}
