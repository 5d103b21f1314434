// A page to add a card, and the one to which the payment provider's leads back; both lead back to
// what the card is needed for.
import { useEffect } from "preact/hooks";
import type { JSX } from "preact";
import { useLocation } from "wouter-preact";
import { api, ask } from "@shared/api/client";
import { useResource } from "@shared/api/resource";
import { words } from "@shared/strings";
import { Button } from "@shared/ui/button";
import { Loaded, Notice } from "@shared/ui/states";
import { tell } from "@shared/ui/toast";
import { CardAtProvider, CardForm } from "./cards";
import { Frame } from "./frame";
import { chosenCard, door } from "./state";

const whereNext = (): string => (door.value ? `/d/${door.value}` : "/wallet/account");

export function CardPage(): JSX.Element {
  const said = words.value.wallet.card;
  const [, go] = useLocation();
  const next = whereNext();
  return (
    <Frame title={said.title} back={next}>
      <div class="card stack">
        <h1>{said.title}</h1>
        <CardForm
          onDone={() => {
            tell(said.added);
            go(next, { replace: true });
          }}
        />
      </div>
    </Frame>
  );
}

// Asking twice is harmless: a setup gives its card once.
export function SavedCardPage({ id }: { id: string }): JSX.Element {
  const said = words.value.wallet.card;
  const [, go] = useLocation();
  const setup = useResource(`card_setup/${id}`, () =>
    ask(api.POST("/v1/card_setups/{id}/complete", { params: { path: { id } } })),
  );
  const saved = setup.value?.state === "saved";
  useEffect(() => {
    if (!saved) return;
    chosenCard.value = setup.value?.payment_method?.id ?? "";
    tell(said.added);
    go(whereNext(), { replace: true });
  }, [saved]);
  return (
    <Frame title={said.title} back={whereNext()}>
      <Loaded of={setup}>
        {(one) =>
          one.state === "saved" ? null : (
            <div class="card stack">
              <h1>{said.hosted.notSaved}</h1>
              <Notice kind="warn">{said.hosted.notSavedWhy}</Notice>
              <CardAtProvider />
              <Button kind="quiet" busy={said.hosted.looking} onPress={setup.reload}>
                {said.hosted.look}
              </Button>
            </div>
          )
        }
      </Loaded>
    </Frame>
  );
}
