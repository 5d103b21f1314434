// The people of the operator.
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { me } from "@shared/api/me";
import { once } from "@shared/api/once";
import { Button } from "@shared/ui/button";
import { Confirm, Dialog } from "@shared/ui/dialog";
import { TextField } from "@shared/ui/field";
import { Empty } from "@shared/ui/states";
import { Table } from "@shared/ui/table";
import { Badge, Time } from "@shared/ui/texts";
import { useFields } from "../manage/draft";
import { Form } from "../manage/form";
import { Rows, usePaged, type Paged } from "../manage/paged";
import { Page } from "../shell/page";
import { PeopleTabs, RoleField, roleOf } from "./role_field";
import { said } from "./words";

type User = Schemas["User"];

const isEmail = (text: string): boolean => /^[^\s@]+@[^\s@]+$/.test(text.trim());
const passwordMin = 10;

export function UsersPage(): JSX.Element {
  const words = said.value;
  const [adds, setAdds] = useState(false);
  const [edited, setEdited] = useState<User>();
  const list = usePaged<User>(
    "users",
    (after) => {
      const query = { limit: 50, ...(after && { starting_after: after }) };
      return ask(api.GET("/v1/users", { params: { query } }));
    },
    (one) => one.id,
  );
  const done = async () => {
    setAdds(false);
    setEdited(undefined);
    await list.reload();
  };
  return (
    <Page
      title={words.title}
      acts={
        <Button kind="primary" icon="plus" onPress={() => setAdds(true)}>
          {words.addUser}
        </Button>
      }
    >
      <PeopleTabs />
      <p class="intro">{words.intro}</p>
      <Rows
        of={list}
        empty={
          <Empty icon="person" title={words.empty}>
            <p>{words.emptyTodo}</p>
          </Empty>
        }
      >
        {(rows) => (
          <div class="panel">
            <UserTable rows={rows} onEdit={setEdited} />
          </div>
        )}
      </Rows>
      {adds && <NewUser onClose={() => setAdds(false)} onDone={done} />}
      {edited && (
        <EditUser of={edited} list={list} onClose={() => setEdited(undefined)} onDone={done} />
      )}
    </Page>
  );
}

function UserTable({
  rows,
  onEdit,
}: {
  rows: readonly User[];
  onEdit: (one: User) => void;
}): JSX.Element {
  const words = said.value;
  return (
    <Table
      caption={words.list}
      rows={rows}
      keyOf={(one) => one.id}
      columns={[
        {
          head: words.name,
          cell: (one) => (
            <span class="stack-tight">
              <span>
                {one.name} {one.id === me.value?.id && <Badge words={words.you} />}
              </span>
              <span class="small soft">{one.email}</span>
            </span>
          ),
        },
        { head: words.role, cell: (one) => words.roles[one.role] },
        { head: words.since, cell: (one) => <Time at={one.created_at} as="relative" /> },
        {
          head: words.state,
          cell: (one) => (
            <div class="row">
              <Badge
                kind={one.disabled ? "bad" : "good"}
                words={one.disabled ? words.disabled : words.active}
              />
              <Button
                kind="quiet"
                icon="edit"
                label={words.edit(one.name)}
                onPress={() => onEdit(one)}
              />
            </div>
          ),
        },
      ]}
    />
  );
}

function NewUser({
  onClose,
  onDone,
}: {
  onClose: () => void;
  onDone: () => Promise<void>;
}): JSX.Element {
  const words = said.value;
  // The password is kept nowhere; the rest stays over a reload.
  const [fields, clear] = useFields("user.new", { name: "", email: "", role: "restocker" });
  const [{ password }, clearPassword] = useFields("user.new", { password: "" }, "nowhere");
  const check = () => ({
    name: fields.name.value.trim() ? undefined : words.wrong.name,
    email: isEmail(fields.email.value) ? undefined : words.wrong.email,
    password: password.value.length >= passwordMin ? undefined : words.wrong.password,
  });
  const send = async () => {
    const email = fields.email.value.trim();
    const body = {
      name: fields.name.value.trim(),
      email,
      role: roleOf(fields.role.value),
      password: password.value,
    };
    await once(`user/${email}`, (key) =>
      ask(api.POST("/v1/users", { params: { header: { "Idempotency-Key": key } }, body })),
    );
    clear();
    clearPassword();
    await onDone();
  };
  return (
    <Dialog title={words.addUser} onClose={onClose}>
      <Form check={check} onSend={send} send={words.addUser} sending={words.adding}>
        {(wrong) => (
          <>
            <TextField
              label={words.name}
              wrong={wrong["name"]}
              value={fields.name}
              input={{ maxLength: 200, autocomplete: "off" }}
            />
            <TextField
              label={words.email}
              wrong={wrong["email"]}
              value={fields.email}
              input={{ type: "email", autocomplete: "off" }}
            />
            <RoleField value={fields.role} />
            <TextField
              label={words.password}
              hint={words.passwordHint}
              wrong={wrong["password"]}
              value={password}
              input={{ type: "password", autocomplete: "new-password", maxLength: 200 }}
            />
          </>
        )}
      </Form>
    </Dialog>
  );
}

function EditUser({
  of,
  list,
  onClose,
  onDone,
}: {
  of: User;
  list: Paged<User>;
  onClose: () => void;
  onDone: () => Promise<void>;
}): JSX.Element {
  const words = said.value;
  const [asked, setAsked] = useState(false);
  const [fields] = useFields(
    `user.${of.id}`,
    { name: of.name, role: of.role as string, password: "" },
    "nowhere",
  );
  const change = (body: Schemas["UserChange"]) =>
    ask(api.PATCH("/v1/users/{id}", { params: { path: { id: of.id } }, body }));
  const check = () => ({
    name: fields.name.value.trim() ? undefined : words.wrong.name,
    password:
      !fields.password.value || fields.password.value.length >= passwordMin
        ? undefined
        : words.wrong.password,
  });
  const send = async () => {
    await change({
      name: fields.name.value.trim(),
      role: roleOf(fields.role.value),
      ...(fields.password.value && { password: fields.password.value }),
    });
    await onDone();
  };
  const disable = async () => {
    const next = await change({ disabled: !of.disabled });
    list.replace((one) => one.id === next.id, next);
    onClose();
  };
  if (asked) {
    return (
      <Confirm
        title={words.disableAsk(of.name)}
        yes={words.disable}
        danger
        onYes={disable}
        onClose={() => setAsked(false)}
      >
        <p>{words.disableWords}</p>
      </Confirm>
    );
  }
  return (
    <Dialog title={words.editTitle(of.name)} onClose={onClose}>
      <Form check={check} onSend={send} send={words.save}>
        {(wrong) => (
          <>
            <TextField label={words.name} wrong={wrong["name"]} value={fields.name} />
            <RoleField value={fields.role} />
            <TextField
              label={words.passwordNew}
              hint={words.passwordNewHint}
              wrong={wrong["password"]}
              value={fields.password}
              input={{ type: "password", autocomplete: "new-password", maxLength: 200 }}
            />
          </>
        )}
      </Form>
      {of.id !== me.value?.id && (
        <div>
          {of.disabled ? (
            <Button onPress={disable}>{words.enable}</Button>
          ) : (
            <Button kind="danger" onPress={() => setAsked(true)}>
              {words.disable}
            </Button>
          )}
        </div>
      )}
    </Dialog>
  );
}
