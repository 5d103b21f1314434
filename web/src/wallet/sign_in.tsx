// Sign-in by a code that comes by e-mail: two fields, one after the other.
import { useSignal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import { useLocation } from "wouter-preact";
import { api, ask } from "@shared/api/client";
import { signedIn } from "@shared/api/me";
import { language } from "@shared/language";
import { problemOf } from "@shared/api/problem";
import { isDemo } from "@shared/page";
import { words } from "@shared/strings";
import { stored } from "@shared/stored";
import { Button, ButtonLink } from "@shared/ui/button";
import { TextField } from "@shared/ui/field";
import { Empty, Notice } from "@shared/ui/states";
import { Frame } from "./frame";
import { email, tenant } from "./state";

// Without a scan nobody knows whose shopper this is; where there is one operator it is theirs.
const where = () => (tenant.value ? { tenant: tenant.value } : {});

// Who went to read their mail finds the second field again.
const sentTo = stored<string>("tab", "code_sent_to", "");

// `onSeveral`: nobody knows at whose operator's, and there are several.
export function SignIn({
  onDone,
  onSeveral,
}: {
  onDone?: () => void;
  onSeveral?: () => void;
}): JSX.Element {
  const said = words.value.wallet.signIn;
  const code = useSignal("");
  const [wrong, setWrong] = useState("");
  const [working, setWorking] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const sent = sentTo.value !== "" && sentTo.value === email.value.trim();

  useEffect(() => form.current?.querySelector("input")?.focus(), [sent]);

  async function act(work: () => Promise<void>) {
    setWorking(true);
    setWrong("");
    try {
      await work();
    } catch (thrown) {
      const problem = problemOf(thrown);
      if (problem.code === "parameter_missing" && problem.param === "tenant") onSeveral?.();
      setWrong(problem.words);
    } finally {
      setWorking(false);
    }
  }
  const send = () =>
    act(async () => {
      const address = email.value.trim();
      if (!/^\S+@\S+\.\S+$/.test(address)) return setWrong(said.wrongEmail);
      const body = { ...where(), email: address, language: language.value };
      await ask(api.POST("/v1/sign_in/codes", { body }));
      code.value = "";
      sentTo.value = address;
    });
  const enter = () =>
    act(async () => {
      const body = { ...where(), email: email.value.trim(), code: code.value.trim() };
      const answer = await ask(api.POST("/v1/sign_in/shoppers", { body }));
      sentTo.value = "";
      tenant.value = signedIn(answer).tenant;
      onDone?.();
    });

  return (
    <form
      class="stack"
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void (sent ? enter() : send());
      }}
    >
      {!sent && (
        <>
          <p class="soft">{said.intro}</p>
          <TextField
            label={said.email}
            value={email}
            wrong={wrong}
            input={{ type: "email", autocomplete: "email", inputMode: "email", name: "email" }}
          />
          <Button
            kind="primary"
            size="large"
            wide
            type="submit"
            working={working}
            busy={said.sending}
          >
            {said.send}
          </Button>
        </>
      )}
      {sent && (
        <>
          <p>{said.sentTo(sentTo.value)}</p>
          {isDemo && <Notice>{said.demoHint}</Notice>}
          <TextField
            label={said.code}
            value={code}
            wrong={wrong}
            input={{
              inputMode: "numeric",
              autocomplete: "one-time-code",
              maxLength: 6,
              name: "code",
              class: "input code",
            }}
            onChange={(value) => {
              if (/^\d{6}$/.test(value.trim()) && !working) void enter();
            }}
          />
          <Button
            kind="primary"
            size="large"
            wide
            type="submit"
            working={working}
            busy={said.entering}
          >
            {said.enter}
          </Button>
          <div class="row">
            <Button kind="quiet" onPress={send}>
              {said.again}
            </Button>
            <Button kind="quiet" onPress={() => (sentTo.value = "")}>
              {said.otherEmail}
            </Button>
          </div>
        </>
      )}
    </form>
  );
}

// `stay`: the page that was asked for comes by itself once somebody is signed in.
export function SignInPage({ stay = false }: { stay?: boolean }): JSX.Element {
  const said = words.value.wallet;
  const [, go] = useLocation();
  const [several, setSeveral] = useState(false);
  return (
    <Frame title={said.signIn.title} back="/wallet">
      {!several ? (
        <div class="card stack">
          <h1>{said.signIn.title}</h1>
          <SignIn
            onDone={() => !stay && go("/wallet", { replace: true })}
            onSeveral={() => setSeveral(true)}
          />
        </div>
      ) : (
        <Empty icon="scan" title={said.signIn.title}>
          <p>{said.home.signInWhere}</p>
          <ButtonLink href="/wallet/scan" kind="primary" icon="scan">
            {said.home.scan}
          </ButtonLink>
        </Empty>
      )}
    </Frame>
  );
}
