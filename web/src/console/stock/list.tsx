// The restock list: what to bring to each cabinet, and all of it together.
import type { JSX } from "preact";
import { useUrlState } from "@shared/url_state";
import { Button, ButtonLink } from "@shared/ui/button";
import { Empty } from "@shared/ui/states";
import { Table } from "@shared/ui/table";
import { Rows } from "../manage/paged";
import { may } from "../roles";
import { filled, Frame, SiteField, useStock, type CabinetStock } from "./frame";
import { said } from "./words";

interface Line {
  id: string;
  name: string;
  bring: number;
}

const linesOf = (of: CabinetStock): Line[] =>
  of.products
    .filter((one) => one.bring > 0)
    .map((one) => ({ id: one.level.product, name: one.name, bring: one.bring }));

function together(rows: readonly CabinetStock[]): Line[] {
  const all = new Map<string, Line>();
  for (const line of rows.flatMap(linesOf)) {
    const was = all.get(line.id);
    all.set(line.id, { ...line, bring: line.bring + (was?.bring ?? 0) });
  }
  return [...all.values()].sort((a, b) => b.bring - a.bring);
}

const sum = (lines: readonly Line[]): number => lines.reduce((all, one) => all + one.bring, 0);

export function ListPart(): JSX.Element {
  const words = said.value;
  const [url, setUrl] = useUrlState({ site: "" });
  const list = useStock(url.site, "bring");
  const nothing = (
    <Empty icon="truck" title={words.listEmpty}>
      <p>{words.listEmptyTodo}</p>
    </Empty>
  );
  return (
    <Frame acts={<Button onPress={() => window.print()}>{words.print}</Button>}>
      <p class="intro">{words.listIntro}</p>
      <div class="filters">
        <SiteField value={url.site} onChange={(site) => setUrl({ site })} />
      </div>
      <Rows of={list} empty={nothing}>
        {(rows) => {
          const some = filled(rows);
          if (some.length === 0) return nothing;
          return (
            <>
              {some.length > 1 && (
                <section class="panel" aria-label={words.total}>
                  <h2>
                    {words.total} · {words.bringNumber(sum(together(some)))}
                  </h2>
                  <Lines caption={words.total} rows={together(some)} />
                </section>
              )}
              {some.map((one) => (
                <section class="panel" key={one.id} aria-label={one.name}>
                  <div class="panel-head row-between">
                    <h2>
                      {one.name} · {words.bringNumber(sum(linesOf(one)))}
                    </h2>
                    {may("restocker") && (
                      <ButtonLink icon="truck" href={`/console/stock/${one.id}/restock`}>
                        {words.restock}
                      </ButtonLink>
                    )}
                  </div>
                  <Lines caption={one.name} rows={linesOf(one)} />
                </section>
              ))}
            </>
          );
        }}
      </Rows>
    </Frame>
  );
}

function Lines({ caption, rows }: { caption: string; rows: readonly Line[] }): JSX.Element {
  const words = said.value;
  return (
    <Table
      caption={caption}
      rows={rows}
      keyOf={(one) => one.id}
      columns={[
        { head: words.product, cell: (one) => one.name },
        { head: words.bring, cell: (one) => <b>{one.bring}</b>, end: true },
      ]}
    />
  );
}
