// The fleet as a list or a map; what is shown stands in the address.
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { useUrlState } from "@shared/url_state";
import { Button } from "@shared/ui/button";
import { Segments, SelectField } from "@shared/ui/field";
import { Empty, ProblemNotice, Skeleton } from "@shared/ui/states";
import { Table } from "@shared/ui/table";
import { useFleet, type Cabinet, type Fleet, type Site } from "../data";
import { Lazy } from "../lazy";
import { may } from "../roles";
import { Page } from "../shell/page";
import { NewCabinetDialog, SiteDialog } from "./forms";
import { said } from "./strings";
import { Seen, Temperature, WellnessBadge, wellnesses, wellnessOf } from "./wellness";

const defaults = { view: "list", q: "", site: "", state: "" };

const loadMap = () => import("./map");

export function chosen(fleet: Fleet, filter: Omit<typeof defaults, "view">): Cabinet[] {
  const wanted = filter.q.trim().toLowerCase();
  return fleet.cabinets.filter((one) => {
    const site = fleet.siteOf(one.id);
    if (filter.site && one.site !== filter.site) return false;
    if (filter.state && wellnessOf(one) !== filter.state) return false;
    const text = `${one.name} ${site?.name ?? ""} ${site?.address ?? ""} ${one.id}`.toLowerCase();
    return text.includes(wanted);
  });
}

export function useFleetFilter(): ReturnType<typeof useUrlState<typeof defaults>> {
  return useUrlState(defaults);
}

export function FleetPage(): JSX.Element {
  const words = said.value;
  const fleet = useFleet();
  const [filter, change] = useFleetFilter();
  const [dialog, setDialog] = useState<"site" | "cabinet" | Site>();
  const acts = may("operator") && (
    <>
      <Button icon="plus" onPress={() => setDialog("site")}>
        {words.addSite}
      </Button>
      <Button kind="primary" icon="plus" onPress={() => setDialog("cabinet")}>
        {words.addCabinet}
      </Button>
    </>
  );
  return (
    <Page title={words.title} acts={acts} wide>
      {fleet.problem && <ProblemNotice problem={fleet.problem} onRetry={fleet.reload} />}
      {!fleet.value && !fleet.problem && <Skeleton lines={8} />}
      {fleet.value && fleet.value.cabinets.length === 0 && (
        <Empty icon="fridge" title={words.empty}>
          <p>{words.emptyTodo}</p>
        </Empty>
      )}
      {fleet.value && (fleet.value.cabinets.length > 0 || fleet.value.sites.length > 0) && (
        <>
          <Filters fleet={fleet.value} filter={filter} change={change} />
          {filter.view === "map" ? (
            <Lazy load={loadMap} />
          ) : (
            fleet.value.cabinets.length > 0 && <List fleet={fleet.value} filter={filter} />
          )}
        </>
      )}
      {fleet.value && dialog === "cabinet" && (
        <NewCabinetDialog fleet={fleet.value} onClose={() => setDialog(undefined)} />
      )}
      {dialog === "site" && <SiteDialog onClose={() => setDialog(undefined)} />}
    </Page>
  );
}

function Filters({
  fleet,
  filter,
  change,
}: {
  fleet: Fleet;
  filter: typeof defaults;
  change: ReturnType<typeof useFleetFilter>[1];
}): JSX.Element {
  const words = said.value;
  return (
    <div class="filters">
      <Segments
        label={words.view}
        value={filter.view}
        choices={[
          { value: "list", words: words.list },
          { value: "map", words: words.map },
        ]}
        onChange={(view) => change({ view })}
      />
      <div class="field">
        <label for="fleet-q">{words.search}</label>
        <input
          id="fleet-q"
          class="input"
          type="search"
          placeholder={words.searchHint}
          value={filter.q}
          onInput={(event) => change({ q: event.currentTarget.value }, { replace: true })}
        />
      </div>
      <SelectField
        label={words.site}
        value={filter.site}
        choices={[
          { value: "", words: words.allSites },
          ...fleet.sites.map((one) => ({ value: one.id as string, words: one.name })),
        ]}
        onChange={(site) => change({ site })}
      />
      <SelectField
        label={words.state}
        value={filter.state}
        choices={[
          { value: "", words: words.allStates },
          ...wellnesses.map((value) => ({ value: value as string, words: words.wellness[value] })),
        ]}
        onChange={(state) => change({ state })}
      />
    </div>
  );
}

function List({ fleet, filter }: { fleet: Fleet; filter: typeof defaults }): JSX.Element {
  const words = said.value;
  const [, change] = useFleetFilter();
  const rows = chosen(fleet, filter);
  if (rows.length === 0) {
    return (
      <Empty icon="search" title={words.noneFound}>
        <p>{words.noneFoundTodo}</p>
        <Button onPress={() => change({ q: "", site: "", state: "" })}>{words.clearFilters}</Button>
      </Empty>
    );
  }
  const columns = [
    { head: words.cabinet, cell: (one: Cabinet) => one.name },
    {
      head: words.state,
      cell: (one: Cabinet) => (
        <span class="row cabinet-state">
          <WellnessBadge of={one} />
          {one.health.alerts.length > 0 && (
            <span class="small soft">{words.alerts(one.health.alerts.length)}</span>
          )}
        </span>
      ),
    },
    { head: words.site, cell: (one: Cabinet) => fleet.siteOf(one.id)?.name, class: "middling" },
    { head: words.temperature, cell: (one: Cabinet) => <Temperature of={one} />, end: true },
    {
      head: words.seen,
      cell: (one: Cabinet) => <Seen of={one} zone={fleet.zoneOf(one.id)} />,
      class: "middling",
    },
    {
      head: words.software,
      cell: (one: Cabinet) =>
        one.health.software ?? <span class="soft">{words.unknown}</span>,
      class: "spare",
    },
    {
      head: words.model,
      cell: (one: Cabinet) => one.model?.name ?? <span class="soft">{words.none}</span>,
      class: "spare",
    },
  ];
  return (
    <div class="panel">
      <Table
        caption={words.title}
        columns={columns}
        rows={rows}
        keyOf={(one) => one.id}
        href={(one) => `/console/fleet/${one.id}`}
      />
    </div>
  );
}
