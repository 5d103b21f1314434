// A purchase as it goes on: live, from the hold on the card to the receipt.
import { useEffect, useState } from "preact/hooks";
import type { JSX } from "preact";
import { useLocation } from "wouter-preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { follow } from "@shared/api/live";
import { once } from "@shared/api/once";
import { useResource } from "@shared/api/resource";
import { money } from "@shared/money";
import { words } from "@shared/strings";
import { Button, ButtonLink } from "@shared/ui/button";
import { DoorPicture, type DoorLook } from "@shared/ui/door";
import { Icon } from "@shared/ui/icons";
import { Loaded } from "@shared/ui/states";
import { Frame } from "./frame";

type Session = Schemas["Session"];
type State = Session["state"];

const steps = ["card", "unlock", "take", "close", "receipt"] as const;

// How far each state is: the index of the step that is under way.
const reached: Record<State, number> = {
  holding: 0,
  action: 0,
  unlocking: 1,
  open: 2,
  grace: 3,
  deciding: 4,
  review: 4,
  settled: 5,
  ended: 5,
};
const held = new Set<State>(["unlocking", "open", "grace", "deciding", "review"]);
const cancellable = new Set<State>(["holding", "action", "unlocking"]);

export function SessionPage({ id }: { id: string }): JSX.Element {
  const said = words.value.wallet.session;
  const [, go] = useLocation();
  const [late, setLate] = useState(false);
  const session = useResource(`session/${id}`, () =>
    ask(api.GET("/v1/sessions/{id}", { params: { path: { id } } })),
  );
  useEffect(
    () =>
      follow(`/v1/sessions/${id}/stream`, {
        onEvent: ({ type, data }) => {
          if (type === "session") session.set(data as Session);
        },
        onState: (state) => setLate(state === "late"),
      }),
    [id],
  );
  const receipt = session.value?.receipt;
  useEffect(() => {
    if (receipt) go(`/wallet/receipt/${receipt}?new=yes`, { replace: true });
  }, [receipt]);
  return (
    <Frame title={session.value?.cabinet_name ?? said.title} back="/wallet" named>
      <Loaded of={session}>
        {(one) => <Progress session={one} late={late} onChange={session.set} />}
      </Loaded>
    </Frame>
  );
}

function lookOf(session: Session): DoorLook {
  if (session.state === "open") return "open";
  return session.state === "unlocking" ? "unlocked" : "closed";
}

function Progress({
  session,
  late,
  onChange,
}: {
  session: Session;
  late: boolean;
  onChange: (session: Session) => void;
}): JSX.Element {
  const said = words.value.wallet.session;
  const ended = session.state === "ended" && session.end;
  const running = session.late ? said.videoLate : said.states[session.state];
  const { title, todo } = ended ? said.ends[ended] : running;
  const look = lookOf(session);
  const doorWords = {
    open: said.doorOpen,
    unlocked: said.doorUnlocked,
    closed: said.doorClosed,
  };
  const reason = session.decline_code && said.declineCodes[session.decline_code];
  return (
    <>
      <section class={`now ${session.state}`}>
        <DoorPicture look={look} label={doorWords[look]} />
        <div role="status" aria-live="polite" class="stack-tight">
          <h1>{title}</h1>
          <p class="soft">{[todo, reason].filter(Boolean).join(" ")}</p>
        </div>
        {late && <p class="late small">{said.late}</p>}
      </section>
      {!ended && <Steps state={session.state} />}
      <Acts session={session} onChange={onChange} />
    </>
  );
}

function Steps({ state }: { state: State }): JSX.Element {
  const said = words.value.wallet.session.steps;
  return (
    <ol class="steps">
      {steps.map((step, index) => {
        const done = index < reached[state];
        const now = index === reached[state];
        return (
          <li
            key={step}
            class={done ? "done" : now ? "now-step" : undefined}
            aria-current={now ? "step" : undefined}
          >
            <span class="dot">{done && <Icon name="check" />}</span>
            {said[step]}
          </li>
        );
      })}
    </ol>
  );
}

function Acts({
  session,
  onChange,
}: {
  session: Session;
  onChange: (session: Session) => void;
}): JSX.Element {
  const said = words.value.wallet.session;
  const cancel = () =>
    once(`cancel/${session.id}`, async (key) => {
      const params = { path: { id: session.id }, header: { "Idempotency-Key": key } };
      onChange(await ask(api.POST("/v1/sessions/{id}/cancel", { params })));
    });
  return (
    <div class="stack">
      {session.action_url && (
        <ButtonLink href={session.action_url} kind="primary" size="large" wide icon="bank">
          {said.confirm}
        </ButtonLink>
      )}
      {session.hold && held.has(session.state) && (
        <p class="soft small centre">{said.held(money(session.hold))}</p>
      )}
      {cancellable.has(session.state) && (
        <Button wide busy={said.cancelling} onPress={cancel}>
          {said.cancel}
        </Button>
      )}
      {session.state === "ended" && (
        <>
          <ButtonLink href="/wallet/scan" kind="primary" size="large" wide icon="scan">
            {said.again}
          </ButtonLink>
          {session.end === "declined" && (
            <ButtonLink href="/wallet/cards/new" wide icon="card">
              {said.otherCard}
            </ButtonLink>
          )}
        </>
      )}
    </div>
  );
}
