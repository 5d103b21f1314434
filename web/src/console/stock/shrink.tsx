// Shrink: what counts found missing, by product and cabinet, the worst first.
import type { JSX } from "preact";
import { percent } from "@shared/money";
import { useUrlState } from "@shared/url_state";
import { Empty } from "@shared/ui/states";
import { Table } from "@shared/ui/table";
import { ThingLink } from "../manage/links";
import { Rows } from "../manage/paged";
import { Frame, SiteField, useStock, type CabinetStock, type ProductStock } from "./frame";
import { said } from "./words";

interface Line {
  cabinet: CabinetStock;
  product: ProductStock;
}

const linesOf = (rows: readonly CabinetStock[]): Line[] =>
  rows
    .flatMap((cabinet) => cabinet.products.map((product) => ({ cabinet, product })))
    .filter((one) => one.product.counts > 0)
    .sort((a, b) => b.product.missing - a.product.missing);

// Of all that left the shelf, what left it unseen.
function rateOf({ missing, taken }: ProductStock): string {
  const left = missing + Math.max(0, taken);
  return left > 0 ? percent(Math.round((missing / left) * 1000) * 10) : "–";
}

export function ShrinkPart(): JSX.Element {
  const words = said.value;
  const [url, setUrl] = useUrlState({ site: "" });
  const list = useStock(url.site);
  const nothing = (
    <Empty icon="chart" title={words.shrinkEmpty}>
      <p>{words.shrinkEmptyTodo}</p>
    </Empty>
  );
  return (
    <Frame>
      <p class="intro">{words.shrinkIntro}</p>
      <div class="filters">
        <SiteField value={url.site} onChange={(site) => setUrl({ site })} />
      </div>
      <Rows of={list} empty={nothing}>
        {(rows) => {
          const lines = linesOf(rows);
          return lines.length === 0 ? (
            nothing
          ) : (
            <div class="panel">
              <Table
                caption={words.tabs.shrink}
                rows={lines}
                keyOf={(one) => `${one.cabinet.id}/${one.product.level.product}`}
                columns={[
                  {
                    head: words.product,
                    cell: ({ product }) => (
                      <ThingLink id={product.level.product}>{product.name}</ThingLink>
                    ),
                  },
                  {
                    head: words.cabinets,
                    cell: ({ cabinet }) => <ThingLink id={cabinet.id}>{cabinet.name}</ThingLink>,
                  },
                  { head: words.counts, cell: ({ product }) => product.counts, end: true },
                  { head: words.taken, cell: ({ product }) => product.taken, end: true },
                  { head: words.surplus, cell: ({ product }) => product.surplus, end: true },
                  { head: words.missing, cell: ({ product }) => <b>{product.missing}</b>, end: true },
                  { head: words.rate, cell: ({ product }) => rateOf(product), end: true },
                ]}
              />
            </div>
          );
        }}
      </Rows>
    </Frame>
  );
}
