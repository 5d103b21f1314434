// API keys: their secret is shown once, in a dialog that asks to copy it.
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { Button } from "@shared/ui/button";
import { Confirm, Dialog } from "@shared/ui/dialog";
import { TextField } from "@shared/ui/field";
import { Empty } from "@shared/ui/states";
import { Table } from "@shared/ui/table";
import { Badge, Time } from "@shared/ui/texts";
import { useFields } from "../manage/draft";
import { Form } from "../manage/form";
import { Rows, usePaged } from "../manage/paged";
import { Secret } from "../manage/secret";
import { Page } from "../shell/page";
import { PeopleTabs, RoleField, roleOf } from "./role_field";
import { said } from "./words";

type Key = Schemas["ApiKey"];

export function KeysPage(): JSX.Element {
  const words = said.value;
  const [adds, setAdds] = useState(false);
  const [secret, setSecret] = useState<string>();
  const [asked, setAsked] = useState<Key>();
  const list = usePaged<Key>(
    "api_keys",
    (after) => {
      const query = { limit: 50, ...(after && { starting_after: after }) };
      return ask(api.GET("/v1/api_keys", { params: { query } }));
    },
    (one) => one.id,
  );
  const made = async (told: string) => {
    setAdds(false);
    setSecret(told);
    await list.reload();
  };
  const revoke = async () => {
    if (asked) await ask(api.DELETE("/v1/api_keys/{id}", { params: { path: { id: asked.id } } }));
    setAsked(undefined);
    await list.reload();
  };
  return (
    <Page
      title={words.title}
      acts={
        <Button kind="primary" icon="plus" onPress={() => setAdds(true)}>
          {words.addKey}
        </Button>
      }
    >
      <PeopleTabs />
      <p class="intro">{words.keysIntro}</p>
      <Rows
        of={list}
        empty={
          <Empty icon="key" title={words.keyEmpty}>
            <p>{words.keyEmptyTodo}</p>
          </Empty>
        }
      >
        {(rows) => (
          <div class="panel">
            <KeyTable rows={rows} onRevoke={setAsked} />
          </div>
        )}
      </Rows>
      {adds && <NewKey onClose={() => setAdds(false)} onMade={made} />}
      {secret && (
        <Secret
          title={words.secretTitle}
          words={words.secretWords}
          done={words.secretDone}
          text={secret}
          onClose={() => setSecret(undefined)}
        />
      )}
      {asked && (
        <Confirm
          title={words.revokeAsk(asked.name)}
          yes={words.revoke}
          danger
          onYes={revoke}
          onClose={() => setAsked(undefined)}
        >
          <p>{words.revokeWords}</p>
        </Confirm>
      )}
    </Page>
  );
}

function KeyTable({
  rows,
  onRevoke,
}: {
  rows: readonly Key[];
  onRevoke: (one: Key) => void;
}): JSX.Element {
  const words = said.value;
  return (
    <Table
      caption={words.keyList}
      rows={rows}
      keyOf={(one) => one.id}
      columns={[
        { head: words.name, cell: (one) => one.name },
        { head: words.role, cell: (one) => words.roles[one.role] },
        { head: words.mode, cell: (one) => (one.livemode ? words.live : words.test) },
        { head: words.ends, cell: (one) => <span class="mono">…{one.last4}</span> },
        {
          head: words.used,
          cell: (one) =>
            one.last_used_at ? (
              <Time at={one.last_used_at} as="relative" />
            ) : (
              <span class="soft">{words.never}</span>
            ),
        },
        {
          head: words.state,
          cell: (one) =>
            one.revoked_at ? (
              <Badge kind="bad" words={words.revoked} />
            ) : (
              <Button onPress={() => onRevoke(one)}>
                {words.revoke}
                <span class="unseen">{one.name}</span>
              </Button>
            ),
        },
      ]}
    />
  );
}

function NewKey({
  onClose,
  onMade,
}: {
  onClose: () => void;
  onMade: (secret: string) => Promise<void>;
}): JSX.Element {
  const words = said.value;
  const [fields, clear] = useFields("key.new", { name: "", role: "viewer" });
  const send = async () => {
    // Of the server's mode: another would be refused.
    const body = { name: fields.name.value.trim(), role: roleOf(fields.role.value) };
    const { secret } = await ask(api.POST("/v1/api_keys", { body }));
    clear();
    await onMade(secret);
  };
  return (
    <Dialog title={words.addKey} onClose={onClose}>
      <Form
        check={() => ({ name: fields.name.value.trim() ? undefined : words.wrong.name })}
        onSend={send}
        send={words.addKey}
        sending={words.making}
      >
        {(wrong) => (
          <>
            <TextField
              label={words.name}
              hint={words.keyNameHint}
              wrong={wrong["name"]}
              value={fields.name}
              input={{ maxLength: 200, autocomplete: "off" }}
            />
            <RoleField value={fields.role} />
          </>
        )}
      </Form>
    </Dialog>
  );
}
