// Who is signed in, their cards, look and language, and how to install the page.
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { useLocation } from "wouter-preact";
import { api, ask } from "@shared/api/client";
import { me, signOut } from "@shared/api/me";
import { words } from "@shared/strings";
import { Button, ButtonLink } from "@shared/ui/button";
import { LanguageChoice, ThemeChoice } from "@shared/ui/choices";
import { Confirm } from "@shared/ui/dialog";
import { Loaded } from "@shared/ui/states";
import { Badge } from "@shared/ui/texts";
import { tell } from "@shared/ui/toast";
import { cardName, CardWords, useCards, type Card } from "./cards";
import { Frame } from "./frame";
import { installOffer, tenant } from "./state";

const installed = (): boolean => matchMedia("(display-mode: standalone)").matches;

export function AccountPage(): JSX.Element {
  const said = words.value.wallet;
  const [, go] = useLocation();
  const shopper = me.value?.role === "shopper" ? me.value : null;
  const leave = async () => {
    await signOut();
    go("/wallet", { replace: true });
  };
  return (
    <Frame title={said.account.title} back="/wallet">
      <h1>{said.account.title}</h1>
      {shopper && (
        <section class="card stack-tight">
          <p class="soft small">{said.account.signedInAs}</p>
          <div class="row-between wraps">
            <b class="breaks">{shopper.email}</b>
            <Button icon="logout" busy={said.account.signingOut} onPress={leave}>
              {said.account.signOut}
            </Button>
          </div>
        </section>
      )}
      {!shopper && tenant.value && (
        <ButtonLink href="/wallet/sign-in" kind="primary" size="large" wide icon="person">
          {said.home.signIn}
        </ButtonLink>
      )}
      {shopper && <Cards />}
      <section class="card stack" aria-labelledby="look">
        <h2 id="look">{said.account.look}</h2>
        <div class="row">
          <ThemeChoice />
          <LanguageChoice />
        </div>
      </section>
      {!installed() && <Install />}
    </Frame>
  );
}

function Cards(): JSX.Element {
  const said = words.value.wallet.account;
  const cards = useCards();
  const [asked, setAsked] = useState<Card>();
  const remove = async (card: Card) => {
    const params = { path: { id: card.id } };
    await ask(api.DELETE("/v1/payment_methods/{id}", { params }));
    tell(said.removed);
    setAsked(undefined);
    await cards.reload();
  };
  return (
    <section class="card stack" aria-labelledby="cards">
      <h2 id="cards">{said.cards}</h2>
      <Loaded of={cards} lines={2}>
        {(all) => (
          <>
            {all.length === 0 && <p class="soft">{said.noCards}</p>}
            <ul class="lines">
              {all.map((card) => (
                <li key={card.id} class="row-between">
                  <span class="row">
                    <CardWords card={card} />
                    {card.is_default && <Badge kind="good" words={said.main} />}
                  </span>
                  <Button kind="quiet" onPress={() => setAsked(card)}>
                    {said.remove}
                  </Button>
                </li>
              ))}
            </ul>
          </>
        )}
      </Loaded>
      <ButtonLink href="/wallet/cards/new" wide icon="card">
        {said.add}
      </ButtonLink>
      {asked && (
        <Confirm
          title={said.removeAsk}
          yes={said.remove}
          danger
          onYes={() => remove(asked)}
          onClose={() => setAsked(undefined)}
        >
          <p>{cardName(asked)}</p>
        </Confirm>
      )}
    </section>
  );
}

function Install(): JSX.Element {
  const said = words.value.wallet.account;
  const offer = installOffer.value;
  return (
    <section class="card stack-tight" aria-labelledby="install">
      <h2 id="install">{said.install}</h2>
      <p class="soft">{said.installTodo}</p>
      {offer ? (
        <div>
          <Button
            icon="download"
            onPress={async () => {
              await offer.prompt();
              installOffer.value = null;
            }}
          >
            {said.installGo}
          </Button>
        </div>
      ) : (
        <p class="soft small">{said.installHow}</p>
      )}
    </section>
  );
}
