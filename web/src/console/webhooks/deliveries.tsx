// What was, is or could not be delivered to an endpoint, and sending it once more.
import type { JSX } from "preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { once } from "@shared/api/once";
import { relative } from "@shared/time";
import { useUrlState } from "@shared/url_state";
import { Button } from "@shared/ui/button";
import { Segments } from "@shared/ui/field";
import { Empty } from "@shared/ui/states";
import { Table } from "@shared/ui/table";
import { Badge, Time, type BadgeKind } from "@shared/ui/texts";
import { tell } from "@shared/ui/toast";
import { Told } from "@shared/ui/told";
import { Rows, usePaged } from "../manage/paged";
import { oneZone, useSites } from "../manage/things";
import { said } from "./words";

type Delivery = Schemas["WebhookDelivery"];
type State = Delivery["state"] | "all";

const states: readonly State[] = ["all", "waiting", "delivered", "dead"];
const kinds: Record<Delivery["state"], BadgeKind> = {
  waiting: "warn",
  delivered: "good",
  dead: "bad",
};

export function Deliveries({ endpoint }: { endpoint: string }): JSX.Element {
  const words = said.value;
  const [url, setUrl] = useUrlState({ state: "all" });
  const state = states.find((one) => one === url.state) ?? "all";
  const path = { id: endpoint };
  const list = usePaged<Delivery>(
    `deliveries/${endpoint}/${state}`,
    (after) => {
      const query = {
        limit: 50,
        ...(state !== "all" && { state }),
        ...(after && { starting_after: after }),
      };
      return ask(
        api.GET("/v1/webhook_endpoints/{id}/deliveries", { params: { path, query } }),
      );
    },
    (one) => one.event,
  );
  const resend = async (one: Delivery) => {
    const next = await once(`resend/${endpoint}/${one.event}`, (key) =>
      ask(
        api.POST("/v1/webhook_endpoints/{id}/deliveries/{event}/resend", {
          params: { path: { ...path, event: one.event }, header: { "Idempotency-Key": key } },
        }),
      ),
    );
    list.replace((is) => is.event === next.event, next);
    tell(words.resent);
  };
  return (
    <section class="panel" aria-label={words.deliveries}>
      <div class="panel-head stack-tight">
        <div class="row-between">
          <h2>{words.deliveries}</h2>
          <Button kind="quiet" icon="reload" label={words.reload} onPress={list.reload} />
        </div>
        <div>
          <Segments
            label={words.show}
            value={state}
            choices={states.map((value) => ({ value, words: words.states[value] }))}
            onChange={(value) => setUrl({ state: value })}
          />
        </div>
        <p class="small soft">{words.deliveriesIntro}</p>
      </div>
      <Rows
        of={list}
        empty={
          <Empty icon="webhook" title={words.noDeliveries}>
            <p>{words.noDeliveriesTodo}</p>
          </Empty>
        }
      >
        {(rows) => <DeliveryTable rows={rows} onResend={resend} />}
      </Rows>
    </section>
  );
}

function DeliveryTable({
  rows,
  onResend,
}: {
  rows: readonly Delivery[];
  onResend: (one: Delivery) => Promise<void>;
}): JSX.Element {
  const words = said.value;
  const zone = oneZone(useSites().value);
  return (
    <Table
      caption={words.deliveries}
      rows={rows}
      keyOf={(one) => one.event}
      columns={[
        {
          head: words.event,
          cell: (one) => (
            <span class="stack-tight">
              <span class="mono">{one.type}</span>
              <span class="small soft one-line">
                {words.sequence} {one.sequence} · <Time at={one.at} {...(zone && { zone })} />
              </span>
            </span>
          ),
        },
        {
          head: words.state,
          cell: (one) => (
            <span class="stack-tight">
              <Badge kind={kinds[one.state]} words={words.states[one.state]} />
              {one.state === "waiting" && one.due_at && one.tries > 0 && (
                <span class="small soft">{words.due(relative(one.due_at))}</span>
              )}
              {one.last_error && <Told class="small soft" text={one.last_error} />}
            </span>
          ),
        },
        { head: words.tries, cell: (one) => one.tries, end: true },
        {
          head: words.resend,
          cell: (one) => (
            <Button busy={words.resending} onPress={() => onResend(one)}>
              {words.resend}
              <span class="unseen">{words.resendOf(one.type, one.sequence)}</span>
            </Button>
          ),
        },
      ]}
    />
  );
}
