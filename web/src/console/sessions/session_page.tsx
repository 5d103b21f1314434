// One session: its videos in step, what was seen, what was decided and why, what was paid, and all
// that became of it.
import { useMemo, useState } from "preact/hooks";
import type { JSX } from "preact";
import { Link } from "wouter-preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { useResource } from "@shared/api/resource";
import { Badge } from "@shared/ui/texts";
import { Loaded } from "@shared/ui/states";
import { bySkuOf, loadCart, stepsOf, type SeenCart } from "./cart";
import { MasterClock } from "./clock";
import { DecisionPanel, EventsPanel } from "./cart_panels";
import { Player, seekTo } from "./player";
import { HistoryPanel, LedgerPanel, PaymentsPanel, ReceiptPanel, FactsPanel } from "./record_panels";
import { StateBadge } from "./state";
import { said } from "./strings";
import { useFleet, useProducts } from "../data";
import { useEvents, type TallyEvent } from "../live";
import { Page } from "../shell/page";
import "./session.css";

export type History = Schemas["SessionHistory"];

// Whether an event is of this session, or of what belongs to it.
function concerns(history: History | undefined, id: string, event: TallyEvent): boolean {
  const mine = new Set<string>([id]);
  for (const one of history?.payments ?? []) mine.add(one.id);
  for (const one of history?.disputes ?? []) mine.add(one.id);
  if (history?.receipt) mine.add(history.receipt.id);
  if (history?.review) mine.add(history.review.id);
  return mine.has(event.object_id);
}

export function SessionPage({ id }: { id: string }): JSX.Element {
  const words = said.value;
  const history = useResource<History>(`session/${id}`, () =>
    ask(api.GET("/v1/sessions/{id}/history", { params: { path: { id } } })),
  );
  // There is none before the decision; asking for it would be an error in the browser's log.
  const isDecided = history.value?.session.decision != null;
  const cart = useResource<SeenCart | null>(`cart/${id}/${isDecided}`, () =>
    isDecided ? loadCart(id) : Promise.resolve(null),
  );
  const kinds = ["session.", "payment.", "receipt.", "review.", "dispute.", "refund."];
  useEvents(kinds, (events) => {
    if (!events.some((one) => concerns(history.value, id, one))) return;
    void history.reload();
  });
  const session = history.value?.session;
  const fleet = useFleet().value;
  const cabinet =
    session && (session.cabinet_name ?? fleet?.cabinet(session.cabinet)?.name ?? session.cabinet);
  return (
    <Page
      title={cabinet ? `${words.session}: ${cabinet}` : words.session}
      crumbs={[{ href: "/console/sessions", words: words.title }]}
      badge={
        session && (
          <>
            <StateBadge of={session} />
            {session.kind === "restock" && <Badge words={words.kinds.restock} />}
            {session.disputed && <Badge kind="bad" words={words.disputed} />}
          </>
        )
      }
      wide
    >
      <Loaded of={history} lines={10}>
        {(value) => (
          <Shown
            history={value}
            cart={cart.value ?? null}
            zone={fleet?.zoneOf(value.session.cabinet)}
          />
        )}
      </Loaded>
      {cart.problem && (
        <Loaded of={cart} lines={1}>
          {() => null}
        </Loaded>
      )}
    </Page>
  );
}

function Shown({
  history,
  cart,
  zone,
}: {
  history: History;
  cart: SeenCart | null;
  zone: string | undefined;
}): JSX.Element {
  const words = said.value;
  const clock = useMemo(() => new MasterClock(), []);
  const [shown, show] = useState(-1);
  const products = useProducts();
  const bySku = useMemo(() => bySkuOf(products), [products]);
  const steps = useMemo(() => stepsOf(cart?.events ?? []), [cart]);
  const { session } = history;
  const goTo = (place: number) => {
    const step = steps[place];
    if (!step) return;
    show(place);
    seekTo(clock, step.event);
  };
  return (
    <div class="session">
      <div class="session-videos">
        <Player
          session={session.id}
          cart={cart}
          clock={clock}
          onEventKey={(direction) =>
            goTo(Math.min(steps.length - 1, Math.max(0, shown + direction)))
          }
        />
      </div>
      <div class="session-main">
        <EventsPanel
          cart={cart}
          steps={steps}
          bySku={bySku}
          clock={clock}
          shown={shown}
          onGo={goTo}
        />
        <HistoryPanel history={history} zone={zone} />
      </div>
      <div class="session-aside">
        <FactsPanel history={history} zone={zone} />
        <DecisionPanel cart={cart} bySku={bySku} currency={currencyOf(history)} />
        {history.review && (
          <section class="panel">
            <h2>{words.review}</h2>
            <div class="panel-body">
              <Link href={`/console/review/${history.review.id}`}>{words.openReview}</Link>
            </div>
          </section>
        )}
        {history.disputes.length > 0 && (
          <section class="panel">
            <h2>{words.disputes}</h2>
            <ul class="panel-body stack-tight">
              {history.disputes.map((one) => (
                <li key={one.id}>
                  <Link href={`/console/disputes/${one.id}`}>“{one.words}”</Link>
                </li>
              ))}
            </ul>
          </section>
        )}
        <ReceiptPanel history={history} zone={zone} />
        <PaymentsPanel history={history} />
        <LedgerPanel history={history} zone={zone} />
      </div>
    </div>
  );
}

const currencyOf = (history: History): string | undefined =>
  history.session.total?.currency ?? history.session.hold?.currency;
