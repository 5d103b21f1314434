// What a scanned code leads to: whose cabinet it is, what is in it and what that costs, and the
// button that unlocks it, as soon as somebody is signed in and has a card.
import { useEffect, useState } from "preact/hooks";
import type { JSX } from "preact";
import { Link, useLocation } from "wouter-preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { me } from "@shared/api/me";
import { once } from "@shared/api/once";
import { problemOf, type Problem } from "@shared/api/problem";
import { useResource } from "@shared/api/resource";
import { money } from "@shared/money";
import { words } from "@shared/strings";
import { Button, ButtonLink } from "@shared/ui/button";
import { Loaded, Notice, ProblemNotice, Skeleton } from "@shared/ui/states";
import { Money } from "@shared/ui/texts";
import { CardChoice, CardForm, cardOf, useCards } from "./cards";
import { DebtNotice, owes, useDebt } from "./debts";
import { Frame } from "./frame";
import { Running } from "./running";
import { SignIn } from "./sign_in";
import { claim, door, tenant } from "./state";

type Preview = Schemas["DoorPreview"];

// What unlocks the door: the code itself, or the claim on it that this tab got when it opened it in
// time, which lasts as long as a letter takes.
const opensWith = (token: string): string =>
  claim.value.scanned === token ? claim.value.token : token;

export function DoorPage({ token }: { token: string }): JSX.Element {
  const said = words.value.wallet;
  const preview = useResource(`door/${token}`, async () => {
    const params = { path: { token: opensWith(token) } };
    const got = await ask(api.GET("/v1/doors/{token}", { params }));
    if (got.claim) claim.value = { scanned: token, token: got.claim.door_token };
    return got;
  });
  const found = preview.value;
  useEffect(() => {
    if (!found) return;
    tenant.value = found.tenant;
    door.value = token;
  }, [found, token]);
  const [refused, refuse] = useState<{ token: string; problem: Problem }>();
  const told = refused?.token === token ? refused.problem : preview.problem;
  const gone = told?.kind === "refused" ? told : undefined;
  if (gone) {
    door.value = "";
    return (
      <Frame title={found?.name ?? said.title} back="/wallet">
        <ProblemNotice problem={gone} />
        {found && me.value?.role === "shopper" && <p>{said.door.goneSignedIn}</p>}
        <ButtonLink href="/wallet/scan" kind="primary" size="large" wide icon="scan">
          {said.door.gone}
        </ButtonLink>
      </Frame>
    );
  }
  return (
    <Frame title={found?.name ?? said.title} back="/wallet">
      <Loaded of={preview}>
        {(one) => (
          <>
            <div class="door-head">
              <h1>{one.name}</h1>
              <p class="soft">{said.door.by(one.operator)}</p>
            </div>
            <Way
              token={token}
              preview={one}
              onLook={preview.reload}
              onGone={(problem) => refuse({ token, problem })}
            />
            <Goods preview={one} />
          </>
        )}
      </Loaded>
    </Frame>
  );
}

interface WayProps {
  token: string;
  preview: Preview;
  onLook: () => Promise<void>; // Whether the code is still good.
  onGone: (problem: Problem) => void; // It opens nothing more.
}

// The next step: sign in, add a card, unlock.
function Way(of: WayProps): JSX.Element {
  const { preview } = of;
  const said = words.value.wallet;
  if (!preview.opens) {
    return (
      <Notice kind="warn" title={said.door.closed}>
        <ul>
          {preview.closed_codes.map((code) => (
            <li key={code}>{said.door.closedBecause[code]}</li>
          ))}
        </ul>
      </Notice>
    );
  }
  const mine = me.value?.role === "shopper" && me.value.tenant === preview.tenant;
  if (mine) return <Unlock {...of} />;
  return (
    <section class="card stack" aria-labelledby="sign-in-first">
      <h2 id="sign-in-first">{said.door.signInFirst}</h2>
      {me.value?.role === "shopper" && <Notice>{said.door.otherOperator}</Notice>}
      <SignIn />
    </section>
  );
}

function Unlock({ token, preview, onLook, onGone }: WayProps): JSX.Element {
  const said = words.value.wallet.door;
  const [tries, setTries] = useState(0);
  const [, go] = useLocation();
  const cards = useCards();
  const card = cards.value && cardOf(cards.value);
  const debt = useDebt().value;
  // Whoever had to read a letter or to add a card first comes later than a code is good.
  useEffect(() => {
    if (card) void onLook();
  }, [card?.id]);
  if (!cards.value) {
    if (cards.problem) return <ProblemNotice problem={cards.problem} onRetry={cards.reload} />;
    return <Skeleton lines={2} />;
  }
  if (!card) {
    return (
      <section class="card stack" aria-labelledby="card-first">
        <h2 id="card-first">{said.cardFirst}</h2>
        <CardForm onDone={(added) => cards.set([added])} />
      </section>
    );
  }
  // It would be refused.
  if (owes(debt)) return <DebtNotice />;
  const unlock = () =>
    once(`unlock/${token}/${card.id}`, async (key) => {
      const params = { header: { "Idempotency-Key": key } };
      const body = { door_token: opensWith(token), payment_method: card.id };
      const session = await ask(api.POST("/v1/sessions", { params, body }));
      door.value = "";
      go(`/wallet/session/${session.id}`, { replace: true });
    }).catch((thrown) => {
      const problem = problemOf(thrown);
      if (problem.code.startsWith("door_token_")) return onGone(problem);
      setTries(tries + 1);
      throw problem;
    });
  return (
    <section class="card stack">
      <Running key={tries} />
      <Button kind="primary" size="large" wide icon="unlock" busy={said.unlocking} onPress={unlock}>
        {said.unlock}
      </Button>
      <p class="soft small">{said.hold(money(preview.hold))}</p>
      <div class={cards.value.length > 1 ? "stack-tight" : "row-between wraps"}>
        <CardChoice cards={cards.value} />
        <Link class="small" href="/wallet/cards/new">
          {said.otherCard}
        </Link>
      </div>
    </section>
  );
}

function Goods({ preview }: { preview: Preview }): JSX.Element {
  const said = words.value.wallet.door;
  return (
    <section class="stack-tight" aria-labelledby="goods">
      <h2 id="goods">{said.goods}</h2>
      {preview.offers.length === 0 ? (
        <p class="soft">{said.noGoods}</p>
      ) : (
        <>
          <ul class="lines">
            {preview.offers.map((one) => (
              <li key={one.name} class="row-between">
                <span>{one.name}</span>
                <Money of={one.unit_price} />
              </li>
            ))}
          </ul>
          <p class="soft small">{preview.price_includes_tax ? said.taxIncluded : said.taxAdded}</p>
        </>
      )}
    </section>
  );
}
