// What every cabinet holds.
import type { JSX } from "preact";
import { Link } from "wouter-preact";
import { useUrlState } from "@shared/url_state";
import { ButtonLink } from "@shared/ui/button";
import { Segments } from "@shared/ui/field";
import { Empty } from "@shared/ui/states";
import { Table } from "@shared/ui/table";
import { Badge, Time } from "@shared/ui/texts";
import { Rows } from "../manage/paged";
import { may } from "../roles";
import { filled, Frame, SiteField, useStock, type CabinetStock, type ProductStock } from "./frame";
import { said } from "./words";

type Show = "all" | "low" | "out";
const shows: readonly Show[] = ["all", "low", "out"];

export function LevelsPart(): JSX.Element {
  const words = said.value;
  const [url, setUrl] = useUrlState({ only: "all", site: "" });
  const only = shows.find((one) => one === url.only) ?? "all";
  const list = useStock(url.site, only === "all" ? undefined : only);
  const nothing = (
    <Empty icon="shelf" title={only === "all" ? words.empty : words.emptyOnly}>
      <p>{only === "all" ? words.emptyTodo : words.emptyOnlyTodo}</p>
    </Empty>
  );
  return (
    <Frame>
      <div class="filters">
        <Segments
          label={words.show}
          value={only}
          choices={shows.map((value) => ({ value, words: words.only[value] }))}
          onChange={(value) => setUrl({ only: value })}
        />
        <SiteField value={url.site} onChange={(site) => setUrl({ site })} />
      </div>
      <p class="small soft">{words.predicted}</p>
      <Rows of={list} empty={nothing}>
        {(rows) =>
          filled(rows).length === 0
            ? nothing
            : filled(rows).map((one) => <CabinetLevels key={one.id} of={one} />)
        }
      </Rows>
    </Frame>
  );
}

function CabinetLevels({ of }: { of: CabinetStock }): JSX.Element {
  const words = said.value;
  return (
    <section class="panel" aria-label={words.cabinetStock(of.name)}>
      <div class="panel-head row-between">
        <h2>
          <Link href={`/console/stock/${of.id}`}>{of.name}</Link>
        </h2>
        {may("restocker") && (
          <div class="row">
            <ButtonLink href={`/console/stock/${of.id}`}>{words.count}</ButtonLink>
            <ButtonLink icon="truck" href={`/console/stock/${of.id}/restock`}>
              {words.restock}
            </ButtonLink>
          </div>
        )}
      </div>
      <LevelTable caption={words.cabinetStock(of.name)} rows={of.products} />
    </section>
  );
}

export function LevelTable({
  caption,
  rows,
}: {
  caption: string;
  rows: readonly ProductStock[];
}): JSX.Element {
  const words = said.value;
  return (
    <Table
      caption={caption}
      rows={rows}
      keyOf={(one) => one.level.product}
      columns={[
        { head: words.product, cell: (one) => one.name },
        { head: words.holds, cell: (one) => <Level of={one} /> },
        { head: words.par, cell: (one) => one.level.par_level, end: true },
        { head: words.state, cell: (one) => <LevelState of={one} /> },
        {
          head: words.countedAt,
          cell: ({ level }) =>
            level.counted_at ? (
              <Time at={level.counted_at} as="relative" />
            ) : (
              <span class="soft">{words.never}</span>
            ),
        },
      ]}
    />
  );
}

function Level({ of }: { of: ProductStock }): JSX.Element {
  const { predicted, capacity, out, low } = of.level;
  const share = capacity > 0 ? Math.max(0, Math.min(1, predicted / capacity)) : 0;
  return (
    <span class="level">
      <span class="number">
        {predicted} <span class="small soft">{said.value.of(capacity)}</span>
      </span>
      <span class={out ? "bar out" : low ? "bar low" : "bar"} aria-hidden="true">
        <i style={{ width: `${share * 100}%` }} />
      </span>
    </span>
  );
}

function LevelState({ of }: { of: ProductStock }): JSX.Element {
  const words = said.value;
  if (of.level.out) return <Badge kind="bad" words={words.out} />;
  if (of.level.low) return <Badge kind="warn" words={words.low} />;
  return <Badge kind="good" words={words.enough} />;
}
