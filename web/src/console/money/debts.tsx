// Who owes, and for which visits.
import type { JSX } from "preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { money } from "@shared/money";
import { Empty } from "@shared/ui/states";
import { Table } from "@shared/ui/table";
import { Badge, Time } from "@shared/ui/texts";
import { ThingLink } from "../manage/links";
import { Rows, usePaged } from "../manage/paged";
import { Frame, useZone } from "./frame";
import { said } from "./words";

type Debt = Schemas["Debt"];

export function DebtsPart(): JSX.Element {
  const words = said.value;
  const zone = useZone();
  const list = usePaged<Debt>(
    "debts",
    (after) => {
      const query = { limit: 50, ...(after && { starting_after: after }) };
      return ask(api.GET("/v1/debts", { params: { query } }));
    },
    (one) => one.shopper,
  );
  return (
    <Frame>
      <Rows
        of={list}
        empty={
          <Empty icon="check" title={words.noDebts}>
            <p>{words.noDebtsTodo}</p>
          </Empty>
        }
      >
        {(rows) => (
          <div class="panel">
            <Table
              caption={words.debtsList}
              rows={rows}
              keyOf={(one) => one.shopper}
              columns={[
                { head: words.shopper, cell: (one) => <ThingLink id={one.shopper} /> },
                {
                  head: words.standing,
                  cell: (one) => (
                    <Badge
                      kind={one.standing === "clear" ? "good" : "bad"}
                      words={words.standings[one.standing]}
                    />
                  ),
                },
                {
                  head: words.since,
                  cell: (one) => (
                    <ul>
                      {one.debts.map((debt) => (
                        <li key={debt.key}>
                          <Time at={debt.made_at} zone={zone} />{" "}
                          {debt.session && <ThingLink id={debt.session} />} {money(debt.left)}
                        </li>
                      ))}
                    </ul>
                  ),
                },
                { head: words.owed, cell: (one) => one.owed.map(money).join(", "), end: true },
              ]}
            />
          </div>
        )}
      </Rows>
    </Frame>
  );
}
