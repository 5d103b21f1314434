// Work that was given up: tried anew, or let go for good. For owners.
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { once } from "@shared/api/once";
import { Button } from "@shared/ui/button";
import { Confirm } from "@shared/ui/dialog";
import { Empty } from "@shared/ui/states";
import { Table } from "@shared/ui/table";
import { Time } from "@shared/ui/texts";
import { tell } from "@shared/ui/toast";
import { Told } from "@shared/ui/told";
import { useEvents } from "../live";
import { ThingLink } from "../manage/links";
import { Rows, usePaged } from "../manage/paged";
import "../manage/style.css";
import { oneZone, useSites } from "../manage/things";
import { Page } from "../shell/page";
import { AlertTabs } from "./tabs";
import { said } from "./words";

type Work = Schemas["DeadWork"];

export function WorkPart(): JSX.Element {
  const words = said.value.work;
  const [discarded, setDiscarded] = useState<Work>();
  const list = usePaged<Work>(
    "dead_work",
    (after) => {
      const query = { limit: 50, ...(after && { starting_after: after }) };
      return ask(api.GET("/v1/dead_work", { params: { query } }));
    },
    (one) => one.id,
  );
  useEvents(["dead_work.", "alert."], () => void list.reload());
  const revive = async (one: Work) => {
    await once(`revive/${one.id}/${one.since}`, (key) => {
      const params = { path: { id: one.id }, header: { "Idempotency-Key": key } };
      return ask(api.POST("/v1/dead_work/{id}/revive", { params }));
    });
    tell(words.revived);
    await list.reload();
  };
  const discard = async (one: Work) => {
    await once(`discard/${one.id}/${one.since}`, (key) => {
      const params = { path: { id: one.id }, header: { "Idempotency-Key": key } };
      return ask(api.POST("/v1/dead_work/{id}/discard", { params }));
    });
    setDiscarded(undefined);
    tell(words.discarded);
    await list.reload();
  };
  return (
    <Page title={said.value.title}>
      <AlertTabs />
      <p class="intro">{words.intro}</p>
      <Rows
        of={list}
        empty={
          <Empty icon="check" title={words.empty}>
            <p>{words.emptyTodo}</p>
          </Empty>
        }
      >
        {(rows) => (
          <div class="panel">
            <WorkTable rows={rows} onRevive={revive} onDiscard={setDiscarded} />
          </div>
        )}
      </Rows>
      {discarded && (
        <Confirm
          title={words.discardAsk}
          yes={words.discard}
          danger
          onYes={() => discard(discarded)}
          onClose={() => setDiscarded(undefined)}
        >
          <p>{words.discardWords}</p>
        </Confirm>
      )}
    </Page>
  );
}

// What became of money must be known: a call to the payment provider is never let go.
const mayDiscard = (one: Work): boolean => one.kind !== "payment";

function WorkTable({
  rows,
  onRevive,
  onDiscard,
}: {
  rows: readonly Work[];
  onRevive: (one: Work) => Promise<void>;
  onDiscard: (one: Work) => void;
}): JSX.Element {
  const words = said.value.work;
  const zone = oneZone(useSites().value);
  const kinds: Record<string, string> = words.kinds;
  return (
    <Table
      caption={words.list}
      rows={rows}
      keyOf={(one) => one.id}
      columns={[
        {
          head: said.value.what,
          cell: (one) => (
            <span class="stack-tight">
              <b>{kinds[one.kind] ?? one.kind}</b>
              <Told class="small soft" text={one.error} />
            </span>
          ),
        },
        { head: said.value.about, cell: (one) => <ThingLink id={one.object} /> },
        {
          head: said.value.since,
          cell: (one) => (
            <span class="stack-tight">
              <Time at={one.since} {...(zone ? { zone } : {})} />
              <span class="small soft">{words.tries(one.tries)}</span>
            </span>
          ),
        },
        {
          head: words.decide,
          cell: (one) => (
            <div class="row">
              <Button busy={words.reviving} onPress={() => onRevive(one)}>
                {words.revive}
              </Button>
              {mayDiscard(one) && (
                <Button kind="danger" onPress={() => onDiscard(one)}>
                  {words.discard}
                </Button>
              )}
            </div>
          ),
        },
      ]}
    />
  );
}
