// Alerts: what needs somebody, who has it, and what is over.
import type { JSX } from "preact";
import { Link, Route, Switch } from "wouter-preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { dateTime } from "@shared/time";
import { useUrlState } from "@shared/url_state";
import { Segments, SelectField } from "@shared/ui/field";
import { Empty } from "@shared/ui/states";
import { Table } from "@shared/ui/table";
import { Time } from "@shared/ui/texts";
import { useEvents } from "../live";
import { ThingLink } from "../manage/links";
import { Rows, usePaged, type Paged } from "../manage/paged";
import "../manage/style.css";
import { byId, useCabinets, useProducts, useSites, zoneOf } from "../manage/things";
import { may } from "../roles";
import { Page } from "../shell/page";
import { AlertActs } from "./acts";
import { detailOf, kindWords } from "./kinds";
import { AlertTabs } from "./tabs";
import { said } from "./words";
import { WorkPart } from "./work";

type Alert = Schemas["Alert"];
type State = "raised" | "cleared" | "all";

// What an owner decides on the other part of this section.
const ofWork = new Set(["work_dead", "watch_failed"]);
const states: readonly State[] = ["raised", "cleared", "all"];

function useAlerts(state: State, cabinet: string): Paged<Alert> {
  const list = usePaged<Alert>(
    `alerts/${state}/${cabinet}`,
    (after) => {
      const query = {
        limit: 50,
        ...(state !== "all" && { state }),
        ...(cabinet && { cabinet }),
        ...(after && { starting_after: after }),
      };
      return ask(api.GET("/v1/alerts", { params: { query } }));
    },
    (one) => one.id,
  );
  useEvents(["alert."], () => void list.reload());
  return list;
}

export default function AlertSection(): JSX.Element {
  return (
    <Switch>
      {may("owner") && <Route path="/console/alerts/work" component={WorkPart} />}
      <Route component={Alerts} />
    </Switch>
  );
}

function Alerts(): JSX.Element {
  const words = said.value;
  const [url, setUrl] = useUrlState({ state: "raised", cabinet: "" });
  const state = states.find((one) => one === url.state) ?? "raised";
  const cabinets = useCabinets();
  const list = useAlerts(state, url.cabinet);
  const choices = [
    { value: "", words: words.allCabinets },
    ...(cabinets.value ?? []).map((one) => ({ value: one.id, words: one.name })),
  ];
  return (
    <Page title={words.title}>
      <AlertTabs />
      <p class="intro">{words.intro}</p>
      <div class="filters">
        <Segments
          label={words.show}
          value={state}
          choices={states.map((value) => ({ value, words: words.states[value] }))}
          onChange={(value) => setUrl({ state: value })}
        />
        <SelectField
          label={words.cabinet}
          value={url.cabinet}
          choices={choices}
          onChange={(cabinet) => setUrl({ cabinet })}
        />
      </div>
      <Rows
        of={list}
        empty={
          <Empty icon="bell" title={state === "raised" ? words.empty : words.emptyAll}>
            <p>{words.emptyTodo}</p>
          </Empty>
        }
      >
        {(rows) => (
          <div class="panel">
            <AlertTable rows={rows} list={list} />
          </div>
        )}
      </Rows>
    </Page>
  );
}

function AlertTable({ rows, list }: { rows: readonly Alert[]; list: Paged<Alert> }): JSX.Element {
  const words = said.value;
  const cabinets = useCabinets();
  const sites = useSites();
  const products = byId(useProducts().value);
  const names = byId(cabinets.value);
  const zone = (one: Alert) => {
    const found = zoneOf(one.cabinet, cabinets.value, sites.value);
    return found ? { zone: found } : {};
  };
  return (
    <Table
      caption={words.list}
      rows={rows}
      keyOf={(one) => one.id}
      columns={[
        {
          head: words.what,
          cell: (one) => (
            <span class="stack-tight">
              <b>{kindWords(one.kind)}</b>
              <span class="small soft">{detailOf(one, names.get(one.cabinet ?? ""))}</span>
              {ofWork.has(one.kind) && one.state === "raised" && may("owner") && (
                <Link href="/console/alerts/work">{words.work.go}</Link>
              )}
              {one.subject && products.has(one.subject) && (
                <ThingLink id={one.subject}>{products.get(one.subject)?.name}</ThingLink>
              )}
            </span>
          ),
        },
        {
          head: words.about,
          cell: (one) => {
            const id = one.cabinet ?? one.object;
            return <ThingLink id={id}>{names.get(id)?.name}</ThingLink>;
          },
        },
        {
          head: words.since,
          cell: (one) => (
            <span class="stack-tight">
              <Time at={one.raised_at} {...zone(one)} />
              {one.cleared_at && (
                <span class="small soft">
                  {words.until(dateTime(one.cleared_at, zone(one).zone))}
                </span>
              )}
            </span>
          ),
        },
        {
          head: words.state,
          cell: (one) => (
            <AlertActs
              of={one}
              onChange={(next) => list.replace((was) => was.id === next.id, next)}
            />
          ),
        },
      ]}
    />
  );
}
