// Refunds.
import type { JSX } from "preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { money } from "@shared/money";
import { useUrlState } from "@shared/url_state";
import { SelectField } from "@shared/ui/field";
import { Empty } from "@shared/ui/states";
import { Table } from "@shared/ui/table";
import { Badge, Time, type BadgeKind } from "@shared/ui/texts";
import { span } from "../manage/days";
import { ThingLink } from "../manage/links";
import { Rows, usePaged } from "../manage/paged";
import { Days, Frame, useZone } from "./frame";
import { said } from "./words";

type Refund = Schemas["Refund"];

const kinds: Record<Refund["state"], BadgeKind> = { pending: "info", done: "good", refused: "bad" };

export function RefundsPart(): JSX.Element {
  const words = said.value;
  const zone = useZone();
  const [url, setUrl] = useUrlState({ state: "", from: "", to: "" });
  const states = Object.keys(words.refundStates) as Refund["state"][];
  const state = states.find((one) => one === url.state);
  const list = usePaged<Refund>(
    `refunds/${state}/${url.from}/${url.to}/${zone}`,
    (after) => {
      const query = {
        limit: 50,
        ...(state && { state }),
        ...span(url.from, url.to, zone),
        ...(after && { starting_after: after }),
      };
      return ask(api.GET("/v1/refunds", { params: { query } }));
    },
    (one) => one.id,
  );
  return (
    <Frame>
      <div class="filters">
        <SelectField
          label={words.state}
          value={state ?? ""}
          choices={[
            { value: "", words: words.allStates },
            ...states.map((value) => ({ value, words: words.refundStates[value] })),
          ]}
          onChange={(value) => setUrl({ state: value })}
        />
        <Days from={url.from} to={url.to} onChange={setUrl} />
      </div>
      <Rows
        of={list}
        empty={
          <Empty icon="undo" title={words.noRefunds}>
            <p>{words.noRefundsTodo}</p>
          </Empty>
        }
      >
        {(rows) => (
          <div class="panel">
            <Table
              caption={words.refundsList}
              rows={rows}
              keyOf={(one) => one.id}
              columns={[
                { head: words.at, cell: (one) => <Time at={one.wanted_at} zone={zone} /> },
                { head: words.reason, cell: (one) => one.reason },
                {
                  head: words.session,
                  cell: (one) => (one.session ? <ThingLink id={one.session} /> : "–"),
                },
                {
                  head: words.state,
                  cell: (one) => (
                    <Badge kind={kinds[one.state]} words={words.refundStates[one.state]} />
                  ),
                },
                { head: words.amount, cell: (one) => money(one.amount), end: true },
              ]}
            />
          </div>
        )}
      </Rows>
    </Frame>
  );
}
