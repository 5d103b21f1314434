// The list of endpoints.
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { useLocation } from "wouter-preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { Button } from "@shared/ui/button";
import { Dialog } from "@shared/ui/dialog";
import { Empty } from "@shared/ui/states";
import { Table } from "@shared/ui/table";
import { Time } from "@shared/ui/texts";
import { useFields } from "../manage/draft";
import { Form } from "../manage/form";
import { Rows, usePaged } from "../manage/paged";
import { Secret } from "../manage/secret";
import { Page } from "../shell/page";
import { EndpointFields, EndpointState, typesOf, wrongEndpoint } from "./fields";
import { said } from "./words";

type Endpoint = Schemas["WebhookEndpoint"];
type Made = Schemas["WebhookEndpointSecret"];

export function EndpointsPage(): JSX.Element {
  const words = said.value;
  const [, go] = useLocation();
  const [adds, setAdds] = useState(false);
  const [made, setMade] = useState<Made>();
  const list = usePaged<Endpoint>(
    "webhooks",
    (after) => {
      const query = { limit: 50, ...(after && { starting_after: after }) };
      return ask(api.GET("/v1/webhook_endpoints", { params: { query } }));
    },
    (one) => one.id,
  );
  return (
    <Page
      title={words.title}
      acts={
        <Button kind="primary" icon="plus" onPress={() => setAdds(true)}>
          {words.add}
        </Button>
      }
    >
      <p class="intro">{words.intro}</p>
      <Rows
        of={list}
        empty={
          <Empty icon="webhook" title={words.empty}>
            <p>{words.emptyTodo}</p>
          </Empty>
        }
      >
        {(rows) => (
          <div class="panel">
            <EndpointTable rows={rows} />
          </div>
        )}
      </Rows>
      {adds && (
        <NewEndpoint
          onClose={() => setAdds(false)}
          onMade={(one) => {
            setAdds(false);
            setMade(one);
          }}
        />
      )}
      {made && (
        <Secret
          title={words.secretTitle}
          words={words.secretWords}
          done={words.secretDone}
          text={made.secret}
          onClose={() => go(`/console/webhooks/${made.webhook_endpoint.id}`)}
        />
      )}
    </Page>
  );
}

function EndpointTable({ rows }: { rows: readonly Endpoint[] }): JSX.Element {
  const words = said.value;
  return (
    <Table
      caption={words.list}
      rows={rows}
      keyOf={(one) => one.id}
      href={(one) => `/console/webhooks/${one.id}`}
      columns={[
        { head: words.url, cell: (one) => <span class="url">{one.url}</span> },
        {
          head: words.types,
          cell: (one) => <span class="small">{one.types.join(", ") || words.all}</span>,
        },
        { head: words.state, cell: (one) => <EndpointState of={one} /> },
        {
          head: words.lastGood,
          cell: ({ deliveries }) =>
            deliveries.delivered_at ? (
              <Time at={deliveries.delivered_at} as="relative" />
            ) : (
              <span class="soft">{words.never}</span>
            ),
        },
        { head: words.waiting, cell: (one) => one.deliveries.waiting, end: true },
        { head: words.dead, cell: (one) => one.deliveries.dead, end: true },
      ]}
    />
  );
}

function NewEndpoint({
  onClose,
  onMade,
}: {
  onClose: () => void;
  onMade: (made: Made) => void;
}): JSX.Element {
  const words = said.value;
  const [fields, clear] = useFields("webhook.new", { url: "", types: "" });
  const send = async () => {
    const types = typesOf(fields.types.value);
    const body = { url: fields.url.value.trim(), ...(types.length > 0 && { types }) };
    const made = await ask(api.POST("/v1/webhook_endpoints", { body }));
    clear();
    onMade(made);
  };
  return (
    <Dialog title={words.add} onClose={onClose}>
      <Form
        check={() => wrongEndpoint(fields)}
        onSend={send}
        send={words.add}
        sending={words.adding}
      >
        {(wrong) => <EndpointFields of={fields} wrong={wrong} />}
      </Form>
    </Dialog>
  );
}
