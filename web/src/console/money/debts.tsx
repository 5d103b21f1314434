// Who owes, and for which visits.
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { once } from "@shared/api/once";
import { money } from "@shared/money";
import { Button } from "@shared/ui/button";
import { Empty } from "@shared/ui/states";
import { Table } from "@shared/ui/table";
import { Badge, Time } from "@shared/ui/texts";
import { tell } from "@shared/ui/toast";
import { ThingLink } from "../manage/links";
import { Rows, usePaged } from "../manage/paged";
import { AmountDialog } from "./amount_dialog";
import { Frame, useZone } from "./frame";
import { said } from "./words";

type Debt = Schemas["Debt"];
type One = Debt["debts"][number];

export function DebtsPart(): JSX.Element {
  const words = said.value;
  const zone = useZone();
  const [given, giveUp] = useState<{ shopper: string; debt: One }>();
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
                          <Time at={debt.made_at} zone={debt.time_zone ?? zone} />{" "}
                          {debt.session && <ThingLink id={debt.session} />} {money(debt.left)}{" "}
                          {debt.left.minor > 0 && (
                            <Button onPress={() => giveUp({ shopper: one.shopper, debt })}>
                              {words.writeOff}
                            </Button>
                          )}
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
      {given && (
        <WriteOff
          {...given}
          onClose={() => giveUp(undefined)}
          onDone={async () => {
            giveUp(undefined);
            await list.reload();
          }}
        />
      )}
    </Frame>
  );
}

function WriteOff({
  shopper,
  debt,
  onClose,
  onDone,
}: {
  shopper: string;
  debt: One;
  onClose: () => void;
  onDone: () => Promise<void>;
}): JSX.Element {
  const words = said.value;
  const { left } = debt;
  const give = async (amount: Schemas["Money"], reason: string) => {
    const body = { debt: debt.key, amount, reason };
    // All that is said is in the wish: a key goes with one body.
    const wish = [debt.key, left.minor, amount.minor, reason].join("/");
    await once(`write_off/${wish}`, (key) => {
      const params = { path: { shopper }, header: { "Idempotency-Key": key } };
      return ask(api.POST("/v1/debts/{shopper}/write_off", { params, body }));
    });
    tell(words.writtenOff);
    await onDone();
  };
  return (
    <AmountDialog
      draft={`write_off.${debt.key}`}
      title={words.writeOffTitle}
      intro={words.writeOffTodo}
      left={left}
      leftHint={words.writeOffLeft}
      reason={words.writeOffReason}
      send={words.writeOff}
      give={give}
      onClose={onClose}
    />
  );
}
