// The cabinets, and what stands in each: now and next.
import type { JSX } from "preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { useResource } from "@shared/api/resource";
import { ButtonLink } from "@shared/ui/button";
import { Empty, Loaded } from "@shared/ui/states";
import { Table } from "@shared/ui/table";
import { Badge, type BadgeKind } from "@shared/ui/texts";
import { loadCabinets, type Cabinet } from "../manage/things";
import { Page } from "../shell/page";
import { said } from "./words";

export type Planogram = Schemas["Planogram"];

interface Row {
  cabinet: Cabinet;
  now: Planogram | undefined;
  next: Planogram | undefined;
}

export const stateKinds: Record<Planogram["state"], BadgeKind> = {
  draft: "info",
  published: "warn",
  applied: "good",
  replaced: "plain",
  withdrawn: "plain",
};

export async function planogramsOf(cabinet: string): Promise<Planogram[]> {
  const path = { id: cabinet };
  const page = await ask(
    api.GET("/v1/cabinets/{id}/planograms", { params: { path, query: { limit: 50 } } }),
  );
  return page.data;
}

// The newest that is to come: a draft, or what was published and waits.
export const nextOf = (all: readonly Planogram[]): Planogram | undefined =>
  all.find((one) => one.state === "draft") ?? all.find((one) => one.state === "published");

async function loadRows(): Promise<Row[]> {
  const cabinets = await loadCabinets();
  return Promise.all(
    cabinets.map(async (cabinet) => {
      const all = await planogramsOf(cabinet.id);
      return { cabinet, now: all.find((one) => one.state === "applied"), next: nextOf(all) };
    }),
  );
}

export function LayoutsPage(): JSX.Element {
  const words = said.value;
  const rows = useResource("layouts", loadRows);
  return (
    <Page title={words.title}>
      <p class="intro">{words.intro}</p>
      <Loaded of={rows}>
        {(all) =>
          all.length === 0 ? (
            <Empty icon="shelf" title={words.none}>
              <p>{words.noneTodo}</p>
              <ButtonLink kind="primary" href="/console/fleet">
                {words.goFleet}
              </ButtonLink>
            </Empty>
          ) : (
            <div class="panel">
              <Table
                caption={words.all}
                rows={all}
                keyOf={(one) => one.cabinet.id}
                href={(one) => `/console/layouts/${one.cabinet.id}`}
                columns={[
                  { head: words.cabinet, cell: (one) => one.cabinet.name },
                  { head: words.now, cell: (one) => <Version of={one.now} /> },
                  { head: words.next, cell: (one) => <Version of={one.next} /> },
                ]}
              />
            </div>
          )
        }
      </Loaded>
    </Page>
  );
}

function Version({ of }: { of: Planogram | undefined }): JSX.Element {
  const words = said.value;
  if (!of) return <span class="soft">{words.nothing}</span>;
  const places = of.shelves.reduce((sum, one) => sum + one.facings.length, 0);
  return (
    <span class="stack-tight">
      <span>
        {words.version(of.version)} <span class="soft small">{words.placesNumber(places)}</span>
      </span>
      <Badge kind={stateKinds[of.state]} words={words.states[of.state]} />
    </span>
  );
}
