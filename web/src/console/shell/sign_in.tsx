// Sign-in of the operator's people, by e-mail and password.
import { useSignal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import { api, ask } from "@shared/api/client";
import { signedIn } from "@shared/api/me";
import { problemOf } from "@shared/api/problem";
import { stored } from "@shared/stored";
import { Button } from "@shared/ui/button";
import { LanguageChoice, ThemeChoice } from "@shared/ui/choices";
import { TextField } from "@shared/ui/field";
import { said } from "../strings";
import { Mark } from "./mark";

const email = stored<string>("browser", "console.email", "");
const tenant = stored<string>("browser", "console.tenant", "");

export function SignIn(): JSX.Element {
  const words = said.value.signIn;
  const password = useSignal("");
  const [wrong, setWrong] = useState("");
  const [working, setWorking] = useState(false);
  const [asksTenant, setAsksTenant] = useState(tenant.value !== "");
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    document.title = `${words.title} · tally`;
    const fields = [...(form.current?.querySelectorAll("input") ?? [])];
    (fields.find((one) => !one.value) ?? fields[0])?.focus();
  }, []);

  async function enter(): Promise<void> {
    const address = email.value.trim();
    if (!address || !password.value) return setWrong(words.fill);
    const named = tenant.value.trim();
    const body = { email: address, password: password.value, ...(named && { tenant: named }) };
    setWorking(true);
    setWrong("");
    try {
      signedIn(await ask(api.POST("/v1/sign_in/users", { body })));
    } catch (thrown) {
      const problem = problemOf(thrown);
      const which = !asksTenant && /tenant/.test(`${problem.param} ${problem.message}`);
      // The field that comes says why.
      if (which) setAsksTenant(true);
      else setWrong(problem.words);
      setWorking(false);
    }
  }

  return (
    <main class="sign-in" id="main">
      <form
        class="card stack"
        ref={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void enter();
        }}
      >
        <div class="row">
          <Mark />
          <h1>{words.title}</h1>
        </div>
        {asksTenant && (
          <TextField
            label={words.tenant}
            hint={words.tenantHint}
            value={tenant}
            input={{ name: "tenant", autocomplete: "organization", spellcheck: false }}
          />
        )}
        <TextField
          label={words.email}
          value={email}
          input={{ type: "email", name: "email", autocomplete: "username" }}
        />
        <TextField
          label={words.password}
          value={password}
          wrong={wrong}
          input={{ type: "password", name: "password", autocomplete: "current-password" }}
        />
        <Button kind="primary" wide type="submit" working={working} busy={words.entering}>
          {words.enter}
        </Button>
      </form>
      <div class="row">
        <LanguageChoice />
        <ThemeChoice />
      </div>
    </main>
  );
}
