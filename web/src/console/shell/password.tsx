// One's own password: changing it signs its owner out everywhere else.
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { api, ask } from "@shared/api/client";
import { problemOf } from "@shared/api/problem";
import { Dialog } from "@shared/ui/dialog";
import { TextField } from "@shared/ui/field";
import { tell } from "@shared/ui/toast";
import { useFields } from "../manage/draft";
import { Form } from "../manage/form";
import { said } from "../strings";

const leastLength = 10;

export function PasswordDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const words = said.value.password;
  const [refused, setRefused] = useState<string>();
  const [fields] = useFields("password", { current: "", next: "", again: "" }, "nowhere");
  const { current, next, again } = fields;
  const check = () => ({
    current: current.value ? undefined : words.fill,
    next: next.value.length >= leastLength ? undefined : words.short,
    again: again.value === next.value ? undefined : words.different,
  });
  const send = async () => {
    const body = { current_password: current.value, new_password: next.value };
    try {
      await ask(api.POST("/v1/me/password", { body }));
    } catch (thrown) {
      if (problemOf(thrown).code !== "password_wrong") throw thrown;
      setRefused(current.value);
      return;
    }
    tell(words.done);
    onClose();
  };
  const typed = (autocomplete: "current-password" | "new-password") =>
    ({ type: "password", autocomplete, maxLength: 200 }) as const;
  return (
    <Dialog title={words.title} onClose={onClose}>
      <Form check={check} onSend={send} send={words.send}>
        {(wrong) => (
          <>
            <TextField
              label={words.current}
              wrong={wrong["current"] ?? (current.value === refused ? words.wrong : undefined)}
              value={current}
              input={typed("current-password")}
            />
            <TextField
              label={words.next}
              hint={words.nextHint}
              wrong={wrong["next"]}
              value={next}
              input={typed("new-password")}
            />
            <TextField
              label={words.again}
              wrong={wrong["again"]}
              value={again}
              input={typed("new-password")}
            />
          </>
        )}
      </Form>
    </Dialog>
  );
}
