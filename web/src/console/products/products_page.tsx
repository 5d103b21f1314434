// The list of products, searched by the server.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { JSX } from "preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { useUrlState } from "@shared/url_state";
import { ButtonLink } from "@shared/ui/button";
import { TextField } from "@shared/ui/field";
import { Empty } from "@shared/ui/states";
import { Table } from "@shared/ui/table";
import { Badge } from "@shared/ui/texts";
import { Rows, usePaged } from "../manage/paged";
import { may } from "../roles";
import { Thumb } from "../manage/thumb";
import { Page } from "../shell/page";
import { said } from "./words";

type Product = Schemas["Product"];

const searchAfterMs = 200;

export function ProductsPage(): JSX.Element {
  const words = said.value;
  const [{ q }, setUrl] = useUrlState({ q: "" });
  const typed = useSignal(q);
  useEffect(() => {
    if (typed.value.trim() === q) return undefined;
    const timer = setTimeout(() => setUrl({ q: typed.value.trim() }, { replace: true }), searchAfterMs);
    return () => clearTimeout(timer);
  }, [typed.value]);
  const list = usePaged<Product>(
    `products/${q}`,
    (after) => {
      const query = { limit: 50, ...(q && { q }), ...(after && { starting_after: after }) };
      return ask(api.GET("/v1/products", { params: { query } }));
    },
    (one) => one.id,
  );
  const add = may("operator") && (
    <ButtonLink kind="primary" icon="plus" href="/console/products/new">
      {words.add}
    </ButtonLink>
  );
  return (
    <Page title={words.title} acts={add}>
      <p class="intro">{words.intro}</p>
      <div class="filters">
        <TextField label={words.search} hint={words.searchHint} value={typed} input={{ type: "search" }} />
      </div>
      <Rows
        of={list}
        empty={
          <Empty icon="box" title={q ? words.noneFound : words.empty}>
            <p>{q ? words.noneFoundTodo : words.emptyTodo}</p>
            {!q && add}
          </Empty>
        }
      >
        {(rows) => (
          <div class="panel">
            <ProductTable rows={rows} />
          </div>
        )}
      </Rows>
    </Page>
  );
}

function ProductTable({ rows }: { rows: readonly Product[] }): JSX.Element {
  const words = said.value;
  return (
    <Table
      caption={words.all}
      rows={rows}
      keyOf={(one) => one.id}
      href={(one) => `/console/products/${one.id}`}
      columns={[
        {
          head: words.name,
          cell: (one) => (
            <span class="product-name">
              <Thumb of={one} />
              <span>{one.name}</span>
            </span>
          ),
        },
        { head: words.sku, cell: (one) => <span class="mono">{one.sku}</span> },
        {
          head: words.gtin,
          cell: (one) => <span class="mono soft">{one.gtin ?? "–"}</span>,
          class: "wide-only",
        },
        {
          head: words.photos,
          cell: (one) =>
            one.photos.length ? (
              words.photosNumber(one.photos.length)
            ) : (
              <Badge kind="warn" words={words.noPhotos} />
            ),
        },
      ]}
    />
  );
}
