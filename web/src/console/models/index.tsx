// Models: what runs where.
import type { JSX } from "preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { useResource } from "@shared/api/resource";
import { Empty, Loaded } from "@shared/ui/states";
import { Table } from "@shared/ui/table";
import { Time } from "@shared/ui/texts";
import { ThingLink } from "../manage/links";
import "../manage/style.css";
import { byId, oneZone, useCabinets, useSites, zoneOf } from "../manage/things";
import { Page } from "../shell/page";
import { said } from "./words";

type Running = Schemas["RunningModels"];

const shaShown = 12;

export default function Models(): JSX.Element {
  const words = said.value;
  const models = useResource("models", () => ask(api.GET("/v1/models")));
  return (
    <Page title={words.title}>
      <p class="intro">{words.intro}</p>
      <Loaded of={models}>
        {(value) => (
          <>
            <section class="panel" aria-label={words.running}>
              <h2>{words.running}</h2>
              <Servers of={value} />
            </section>
            <section class="panel" aria-label={words.cabinets}>
              <h2>{words.cabinets}</h2>
              <Cabinets of={value} />
            </section>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Model({ name, sha256 }: { name: string; sha256: string }): JSX.Element {
  return (
    <span class="stack-tight" title={sha256}>
      <span>{name}</span>
      <span class="small soft mono">{sha256.slice(0, shaShown)}</span>
    </span>
  );
}

function Servers({ of }: { of: Running }): JSX.Element {
  const words = said.value;
  const zone = oneZone(useSites().value);
  const when = (at: string) => <Time at={at} {...(zone && { zone })} />;
  if (of.data.length === 0) {
    return (
      <Empty icon="gear" title={words.none}>
        <p>{words.noneTodo}</p>
      </Empty>
    );
  }
  return (
    <Table
      caption={words.running}
      rows={of.data}
      keyOf={(one) => `${one.server}/${one.task}/${one.sha256}`}
      columns={[
        { head: words.server, cell: (one) => one.server },
        { head: words.task, cell: (one) => words.tasks[one.task] },
        { head: words.model, cell: (one) => <Model {...one} /> },
        { head: words.engine, cell: (one) => <span class="small">{one.engine || "–"}</span> },
        { head: words.since, cell: (one) => when(one.since) },
        { head: words.seen, cell: (one) => <Time at={one.seen_at} as="relative" /> },
      ]}
    />
  );
}

function Cabinets({ of }: { of: Running }): JSX.Element {
  const words = said.value;
  const cabinets = useCabinets();
  const sites = useSites();
  const names = byId(cabinets.value);
  if (of.cabinets.length === 0) {
    return (
      <Empty icon="fridge" title={words.noCabinets}>
        <p>{words.noCabinetsTodo}</p>
      </Empty>
    );
  }
  return (
    <Table
      caption={words.cabinets}
      rows={of.cabinets}
      keyOf={(one) => one.cabinet}
      columns={[
        {
          head: words.cabinet,
          cell: (one) => <ThingLink id={one.cabinet}>{names.get(one.cabinet)?.name}</ThingLink>,
        },
        {
          head: words.last,
          cell: (one) => (
            <div class="stack-tight">
              {one.model.models.map((model) => (
                <Model key={model.role} {...model} />
              ))}
            </div>
          ),
        },
        {
          head: words.at,
          cell: (one) => {
            const zone = zoneOf(one.cabinet, cabinets.value, sites.value);
            return <Time at={one.model.at} {...(zone && { zone })} />;
          },
        },
      ]}
    />
  );
}
