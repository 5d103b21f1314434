// One dispute: what the shopper says, the videos, and what each line really was.
import { useMemo, useState } from "preact/hooks";
import type { JSX } from "preact";
import { Link } from "wouter-preact";
import { api, ask } from "@shared/api/client";
import { me } from "@shared/api/me";
import { once } from "@shared/api/once";
import { useResource } from "@shared/api/resource";
import { Button } from "@shared/ui/button";
import { Loaded, Notice } from "@shared/ui/states";
import { Money } from "@shared/ui/texts";
import { tell, tellProblem } from "@shared/ui/toast";
import { useProducts } from "../data";
import { useKeys } from "../keys";
import { useEvents } from "../live";
import { may } from "../roles";
import { bySkuOf, loadCart, nameOf, stepsOf, type SeenCart } from "../sessions/cart";
import { EventsPanel } from "../sessions/cart_panels";
import { MasterClock } from "../sessions/clock";
import { Player, seekTo } from "../sessions/player";
import "../sessions/session.css";
import { Page } from "../shell/page";
import { typedCount } from "./count";
import { DisputeBadge, OpenedAt, type Dispute } from "./disputes_page";
import { said } from "./strings";

const buttonsMax = 9;

export function DisputePage({ id }: { id: string }): JSX.Element {
  const words = said.value;
  const dispute = useResource<Dispute>(`dispute/${id}`, () =>
    ask(api.GET("/v1/disputes/{id}", { params: { path: { id } } })),
  );
  useEvents(["dispute."], (events) => {
    if (events.some((one) => one.object_id === id)) void dispute.reload();
  });
  return (
    <Page
      title={words.keys.title}
      crumbs={[{ href: "/console/disputes", words: words.title }]}
      badge={dispute.value && <DisputeBadge of={dispute.value} />}
      wide
    >
      <Loaded of={dispute} lines={8}>
        {(value) => <Shown dispute={value} onDecided={dispute.set} />}
      </Loaded>
    </Page>
  );
}

function Shown({
  dispute,
  onDecided,
}: {
  dispute: Dispute;
  onDecided: (dispute: Dispute) => void;
}): JSX.Element {
  const words = said.value;
  const clock = useMemo(() => new MasterClock(), []);
  const products = useProducts();
  const bySku = useMemo(() => bySkuOf(products), [products]);
  const cart = useResource<SeenCart | null>(`cart/${dispute.session}`, () =>
    loadCart(dispute.session),
  );
  const steps = useMemo(() => stepsOf(cart.value?.events ?? []), [cart.value]);
  const [shown, show] = useState(-1);
  const goTo = (place: number) => {
    const step = steps[place];
    if (!step) return;
    show(place);
    seekTo(clock, step.event);
  };
  const name = (sku: string) => nameOf(bySku, sku);
  const isOpen = dispute.state === "open";
  return (
    <div class="session dispute">
      <div class="session-videos">
        <Player
          session={dispute.session}
          cart={cart.value ?? null}
          clock={clock}
          onEventKey={(way) => goTo(Math.min(steps.length - 1, Math.max(0, shown + way)))}
        />
      </div>
      <div class="session-aside">
        <section class="panel">
          <h2>{words.saidIt}</h2>
          <div class="panel-body stack-tight">
            <blockquote>{dispute.words || words.none}</blockquote>
            <span class="small soft">
              <OpenedAt of={dispute} />
            </span>
            <Link href={`/console/sessions/${dispute.session}`}>{words.session}</Link>
          </div>
        </section>
        {isOpen && may("reviewer") ? (
          <Decide dispute={dispute} name={name} onDecided={onDecided} key={dispute.version} />
        ) : (
          <Outcome dispute={dispute} name={name} />
        )}
        {isOpen && !may("reviewer") && <Notice>{words.forReviewers}</Notice>}
      </div>
      <div class="session-main">
        <EventsPanel
          cart={cart.value ?? null}
          steps={steps}
          bySku={bySku}
          clock={clock}
          shown={shown}
          onGo={goTo}
        />
      </div>
    </div>
  );
}

function Outcome({
  dispute,
  name,
}: {
  dispute: Dispute;
  name: (sku: string) => string;
}): JSX.Element {
  const words = said.value;
  return (
    <section class="panel">
      <h2>{words.receipt}</h2>
      <ul class="panel-body stack-tight">
        {dispute.lines.map((one) => (
          <li key={one.sku}>
            <b>{name(one.sku)}</b>
            <div class="small soft">
              {words.charged} {one.charged} · {words.says} {one.claimed}
              {one.decided !== null && ` · ${words.really} ${one.decided}`}
            </div>
          </li>
        ))}
      </ul>
      {(dispute.by_policy || dispute.decided_by) && (
        <p class="panel-body small soft">
          {words.decidedBy}:{" "}
          {dispute.by_policy
            ? words.byPolicy
            : dispute.decided_by === me.value?.id
              ? words.you
              : words.somebody}
        </p>
      )}
    </section>
  );
}

// A button for each number where there are few, else a field.
function Count({
  label,
  value,
  most,
  onChange,
}: {
  label: string;
  value: number;
  most: number;
  onChange: (count: number) => void;
}): JSX.Element {
  if (most > buttonsMax) {
    return (
      <input
        class="input count"
        type="number"
        aria-label={label}
        min={0}
        max={most}
        value={value}
        onInput={(event) => onChange(Math.trunc(event.currentTarget.valueAsNumber) || 0)}
      />
    );
  }
  return (
    <div class="segments" role="group" aria-label={label}>
      {Array.from({ length: most + 1 }, (_, count) => (
        <button
          key={count}
          type="button"
          aria-pressed={value === count}
          onClick={() => onChange(count)}
        >
          {count}
        </button>
      ))}
    </div>
  );
}

// Every line stands as it was charged until somebody says otherwise.
function Decide({
  dispute,
  name,
  onDecided,
}: {
  dispute: Dispute;
  name: (sku: string) => string;
  onDecided: (dispute: Dispute) => void;
}): JSX.Element {
  const words = said.value;
  const [counts, setCounts] = useState(() => dispute.lines.map((one) => one.charged));
  const [marked, setMarked] = useState(0);
  const last = dispute.lines.length - 1;
  const set = (index: number, count: number) => {
    const most = dispute.lines[index]?.charged ?? 0;
    const kept = Math.min(most, Math.max(0, count));
    setCounts((was) => was.map((one, at) => (at === index ? kept : one)));
    setMarked(index);
  };
  const grant = () => setCounts(dispute.lines.map((one) => Math.min(one.charged, one.claimed)));
  const refuse = () => setCounts(dispute.lines.map((one) => one.charged));
  const decide = async () => {
    const lines = dispute.lines.map((one, index) => ({
      sku: one.sku,
      quantity: counts[index] ?? one.charged,
    }));
    const path = { id: dispute.id };
    onDecided(
      await once(`dispute/${dispute.id}`, (key) =>
        ask(
          api.POST("/v1/disputes/{id}/decide", {
            params: { path, header: { "Idempotency-Key": key } },
            body: { lines },
          }),
        ),
      ),
    );
    tell(words.decided);
  };
  const digit = (event: KeyboardEvent) => {
    const most = dispute.lines[marked]?.charged ?? 0;
    set(marked, typedCount(counts[marked] ?? 0, Number(event.key), most));
  };
  useKeys(words.keys.title, [
    { key: "ArrowUp", words: words.keys.up, run: () => setMarked(Math.max(0, marked - 1)) },
    { key: "ArrowDown", words: words.keys.up, run: () => setMarked(Math.min(last, marked + 1)) },
    ..."0123456789".split("").map((key) => ({ key, words: words.keys.digit, run: digit })),
    { key: "y", words: words.keys.grant, run: grant },
    { key: "n", words: words.keys.refuse, run: refuse },
    { key: "Enter", words: words.keys.decide, run: () => void decide().catch(tellProblem) },
  ]);
  const currency = dispute.lines[0]?.unit_price.currency;
  const minor = dispute.lines.reduce(
    (total, one, index) => total + (one.charged - (counts[index] ?? 0)) * one.unit_price.minor,
    0,
  );
  return (
    <section class="panel">
      <h2>{words.receipt}</h2>
      <ul>
        {dispute.lines.map((one, index) => (
          <li
            key={one.sku}
            class={index === marked ? "dispute-line marked" : "dispute-line"}
            aria-current={index === marked ? "true" : undefined}
            onClick={() => setMarked(index)}
          >
            <b>{name(one.sku)}</b>
            <span class="small soft">
              {words.charged} {one.charged} × <Money of={one.unit_price} /> · {words.says}{" "}
              {one.claimed}
            </span>
            <div class="row">
              <span>{words.really}</span>
              <Count
                label={`${words.really}: ${name(one.sku)}`}
                value={counts[index] ?? one.charged}
                most={one.charged}
                onChange={(count) => set(index, count)}
              />
            </div>
          </li>
        ))}
      </ul>
      <div class="panel-body stack-tight">
        <div class="row">
          <Button shortcut="Y" onPress={grant}>
            {words.grant}
          </Button>
          <Button shortcut="N" onPress={refuse}>
            {words.refuse}
          </Button>
        </div>
        <div class="row-between">
          <b>{minor > 0 ? words.refund : words.nothingBack}</b>
          {minor > 0 && currency && (
            <b>
              <Money of={{ minor, currency }} />
            </b>
          )}
        </div>
        {minor > 0 && <span class="small soft">{words.taxNote}</span>}
        <Button kind="primary" wide shortcut="⏎" busy={words.deciding} onPress={decide}>
          {words.decide}
        </Button>
      </div>
    </section>
  );
}
