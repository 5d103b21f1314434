// The list of markets.
import type { JSX } from "preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { money } from "@shared/money";
import { ButtonLink } from "@shared/ui/button";
import { Empty } from "@shared/ui/states";
import { Table } from "@shared/ui/table";
import { Rows, usePaged } from "../manage/paged";
import { may } from "../roles";
import { Page } from "../shell/page";
import { levelOf } from "./fields";
import { said } from "./words";

export function MarketsPage(): JSX.Element {
  const words = said.value;
  const list = usePaged<Schemas["Market"]>(
    "markets",
    (after) => {
      const query = { limit: 50, ...(after && { starting_after: after }) };
      return ask(api.GET("/v1/markets", { params: { query } }));
    },
    (one) => one.id,
  );
  const add = may("operator") && (
    <ButtonLink kind="primary" icon="plus" href="/console/markets/new">
      {words.add}
    </ButtonLink>
  );
  return (
    <Page title={words.title} acts={add}>
      <p class="intro">{words.intro}</p>
      <Rows
        of={list}
        empty={
          <Empty icon="tag" title={words.empty}>
            <p>{words.emptyTodo}</p>
            {add}
          </Empty>
        }
      >
        {(rows) => (
          <div class="panel">
            <Table
              caption={words.all}
              rows={rows}
              keyOf={(one) => one.id}
              href={(one) => `/console/markets/${one.id}`}
              columns={[
                { head: words.name, cell: (one) => one.name },
                { head: words.currency, cell: (one) => one.currency },
                {
                  head: words.taxHow,
                  cell: (one) => (one.price_includes_tax ? words.includes : words.added),
                },
                { head: words.review, cell: (one) => words.reviewLevels[levelOf(one.review_level)] },
                { head: words.hold, cell: (one) => money(one.hold), end: true },
                { head: words.prices, cell: (one) => one.prices.length, end: true },
              ]}
            />
          </div>
        )}
      </Rows>
    </Page>
  );
}
