// A page to add a card, which leads back to what it is needed for.
import type { JSX } from "preact";
import { useLocation } from "wouter-preact";
import { words } from "@shared/strings";
import { tell } from "@shared/ui/toast";
import { CardForm } from "./cards";
import { Frame } from "./frame";
import { door } from "./state";

export function CardPage(): JSX.Element {
  const said = words.value.wallet.card;
  const [, go] = useLocation();
  const next = door.value ? `/d/${door.value}` : "/wallet/account";
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
