// What the cameras saw, event by event with the cart before and after, and what was decided.
import type { JSX } from "preact";
import { locale } from "@shared/language";
import { digitsOf, money } from "@shared/money";
import { Badge, type BadgeKind } from "@shared/ui/texts";
import type { Product } from "../data";
import {
  modelNames,
  nameOf,
  type Counts,
  type Decision,
  type SeenCart,
  type Step,
} from "./cart";
import type { MasterClock } from "./clock";
import { timeWords } from "./player";
import { reasonWords } from "./reasons";
import { said } from "./strings";

type BySku = ReadonlyMap<string, Product>;

// What is not certain is never told as 100 %.
export const share = (value: number): string =>
  new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 1 }).format(
    value < 1 ? Math.min(value, 0.999) : value,
  );

export const decisionKinds: Record<Decision["kind"], BadgeKind> = {
  charge: "good",
  review: "warn",
  nothing: "plain",
};

export function CartWords({ of, bySku }: { of: Counts; bySku: BySku }): JSX.Element {
  if (of.size === 0) return <span class="soft">{said.value.emptyCart}</span>;
  return (
    <ul>
      {[...of].map(([sku, count]) => (
        <li key={sku}>
          <span class="number">{count} ×</span> {nameOf(bySku, sku)}
        </li>
      ))}
    </ul>
  );
}

export function EventsPanel({
  cart,
  steps,
  bySku,
  clock,
  shown,
  onGo,
}: {
  cart: SeenCart | null;
  steps: readonly Step[];
  bySku: BySku;
  clock: MasterClock;
  shown: number;
  onGo: (place: number) => void;
}): JSX.Element {
  const words = said.value;
  return (
    <section class="panel">
      <h2>{words.events}</h2>
      {steps.length === 0 ? (
        <p class="panel-body soft">{cart ? words.noEvents : words.noCart}</p>
      ) : (
        <ol class="seen-events">
          {steps.map(({ event, before, after, index }, place) => (
            <li key={index} class={place === shown ? "shown" : undefined}>
              <button type="button" class="seen-event" onClick={() => onGo(place)}>
                <span class="number mono">{timeWords(event.at_ms - clock.begin.value)}</span>
                <span class="grow">
                  <b>
                    {words.event[event.kind]} {event.quantity} × {nameOf(bySku, event.product)}
                  </b>
                  <span class="small soft">
                    {words.confidence} {share(event.confidence)} · {event.cameras.join(", ")}
                  </span>
                </span>
              </button>
              <div class="carts small">
                <div>
                  <div class="soft">{words.cartBefore}</div>
                  <CartWords of={before} bySku={bySku} />
                </div>
                <div>
                  <div class="soft">{words.cartAfter}</div>
                  <CartWords of={after} bySku={bySku} />
                </div>
              </div>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function Probability({ of, label }: { of: number; label: string }): JSX.Element {
  return (
    <div class="probability">
      <div class="row-between">
        <span>{label}</span>
        <b class="number">{share(of)}</b>
      </div>
      <meter min={0} max={1} value={of} aria-label={label} />
    </div>
  );
}

export function DecisionPanel({
  cart,
  bySku,
  currency,
}: {
  cart: SeenCart | null;
  bySku: BySku;
  currency: string | undefined;
}): JSX.Element {
  const words = said.value;
  const decision = cart?.decision;
  return (
    <section class="panel">
      <div class="panel-head row-between">
        <h2>{words.decisionTitle}</h2>
        {decision && (
          <Badge kind={decisionKinds[decision.kind]} words={words.decisions[decision.kind]} />
        )}
      </div>
      <div class="panel-body stack">
        {!cart || !decision ? (
          <p class="soft">{words.noCart}</p>
        ) : (
          <>
            <Probability of={decision.probability} label={words.probability} />
            {cart.lines.map((one) => (
              <Probability
                key={one.product}
                of={one.confidence}
                label={`${one.quantity} × ${nameOf(bySku, one.product)}`}
              />
            ))}
            <div>
              <h3>{words.reasons}</h3>
              {decision.reasons.length === 0 ? (
                <p class="soft">{words.noReasons}</p>
              ) : (
                <ul class="reasons">
                  {decision.reasons.map((one) => (
                    <li key={one}>{reasonWords(one)}</li>
                  ))}
                </ul>
              )}
            </div>
            <dl class="facts small">
              {decision.expected_error_minor !== undefined && currency && (
                <>
                  <dt>{words.expectedError}</dt>
                  <dd>{expectedError(decision.expected_error_minor, currency)}</dd>
                </>
              )}
              <dt>{words.model}</dt>
              <dd class="clip">{modelNames(cart.inputs)}</dd>
            </dl>
          </>
        )}
      </div>
    </section>
  );
}

// Parts of minor units count here: 1.5 cents.
function expectedError(minor: number, currency: string): string {
  if (Number.isInteger(minor)) return money({ minor, currency });
  return new Intl.NumberFormat(locale(), {
    style: "currency",
    currency,
    maximumFractionDigits: digitsOf(currency) + 2,
  }).format(minor / 10 ** digitsOf(currency));
}
