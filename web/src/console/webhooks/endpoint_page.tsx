// One endpoint: its settings, its secret, and what was delivered to it.
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { useLocation } from "wouter-preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { useResource, type Resource } from "@shared/api/resource";
import { Button } from "@shared/ui/button";
import { Confirm } from "@shared/ui/dialog";
import { Loaded, Notice } from "@shared/ui/states";
import { tell } from "@shared/ui/toast";
import { useFields } from "../manage/draft";
import { Form } from "../manage/form";
import { Secret } from "../manage/secret";
import { Page } from "../shell/page";
import { Deliveries } from "./deliveries";
import { EndpointFields, EndpointState, typesOf, wrongEndpoint } from "./fields";
import { said } from "./words";

type Endpoint = Schemas["WebhookEndpoint"];

export function EndpointPage({ id }: { id: string }): JSX.Element {
  const words = said.value;
  const endpoint = useResource(`webhook/${id}`, () =>
    ask(api.GET("/v1/webhook_endpoints/{id}", { params: { path: { id } } })),
  );
  const crumbs = [{ href: "/console/webhooks", words: words.title }];
  const host = (url: string) => {
    try {
      return new URL(url).host;
    } catch {
      return url;
    }
  };
  const shown = endpoint.value;
  return (
    <Page
      title={shown ? host(shown.url) : words.title}
      crumbs={crumbs}
      badge={shown && <EndpointState of={shown} />}
    >
      <Loaded of={endpoint}>
        {(one) => (
          <div class="two">
            <Deliveries endpoint={id} />
            <Settings of={one} endpoint={endpoint} />
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Settings({ of, endpoint }: { of: Endpoint; endpoint: Resource<Endpoint> }): JSX.Element {
  const words = said.value;
  const [, go] = useLocation();
  const [asked, setAsked] = useState<"roll" | "remove">();
  const [secret, setSecret] = useState<string>();
  const [fields] = useFields(`webhook.${of.id}`, { url: of.url, types: of.types.join(", ") });
  const path = { id: of.id };
  const change = async (body: Schemas["WebhookEndpointChange"]) =>
    endpoint.set(await ask(api.PATCH("/v1/webhook_endpoints/{id}", { params: { path }, body })));
  const send = async () => {
    await change({ url: fields.url.value.trim(), types: typesOf(fields.types.value) });
    tell(words.saved);
  };
  const roll = async () => {
    const made = await ask(
      api.POST("/v1/webhook_endpoints/{id}/roll_secret", { params: { path } }),
    );
    setAsked(undefined);
    setSecret(made.secret);
  };
  const remove = async () => {
    await ask(api.DELETE("/v1/webhook_endpoints/{id}", { params: { path } }));
    go("/console/webhooks");
  };
  return (
    <section class="card stack" aria-label={words.settings}>
      <h2>{words.settings}</h2>
      {of.disabled && <Notice kind="warn">{words.disabledWords}</Notice>}
      <Form check={() => wrongEndpoint(fields)} onSend={send} send={words.save}>
        {(wrong) => <EndpointFields of={fields} wrong={wrong} />}
      </Form>
      <div class="row">
        <Button onPress={() => change({ disabled: !of.disabled })}>
          {of.disabled ? words.enable : words.disable}
        </Button>
        <Button icon="key" onPress={() => setAsked("roll")}>
          {words.roll}
        </Button>
        <Button kind="danger" onPress={() => setAsked("remove")}>
          {words.remove}
        </Button>
      </div>
      {asked && (
        <Confirm
          title={asked === "roll" ? words.rollAsk : words.removeAsk}
          yes={asked === "roll" ? words.roll : words.remove}
          danger={asked === "remove"}
          onYes={asked === "roll" ? roll : remove}
          onClose={() => setAsked(undefined)}
        >
          <p>{asked === "roll" ? words.rollWords : words.removeWords}</p>
        </Confirm>
      )}
      {secret && (
        <Secret
          title={words.secretTitle}
          words={words.secretWords}
          done={words.secretDone}
          text={secret}
          onClose={() => setSecret(undefined)}
        />
      )}
    </section>
  );
}
