// What is on record of a session: its facts, receipt, payments, ledger and every change.
import type { JSX } from "preact";
import { Link } from "wouter-preact";
import type { Schemas } from "@shared/api/client";
import { percent } from "@shared/money";
import { secondsOf, timeWithSeconds } from "@shared/time";
import { Badge, Money, Time, type BadgeKind } from "@shared/ui/texts";
import { me } from "@shared/api/me";
import type { History } from "./session_page";
import { said as moneySaid } from "../money/words";
import { said as reviewSaid } from "../review/strings";
import { said } from "./strings";

type Zone = { zone: string | undefined };
type Payment = Schemas["Payment"];

const zoned = (zone: string | undefined) => (zone ? { zone } : {});

const seconds = (from: string, to: string): string =>
  secondsOf(new Date(to).getTime() - new Date(from).getTime());

export function FactsPanel({ history: { session }, zone }: { history: History } & Zone): JSX.Element {
  const words = said.value;
  const time = (label: string, at: string | null) =>
    at && (
      <>
        <dt>{label}</dt>
        <dd>
          <Time at={at} {...zoned(zone)} />
        </dd>
      </>
    );
  return (
    <section class="panel">
      <h2>{words.session}</h2>
      <dl class="facts panel-body">
        <dt>{words.cabinet}</dt>
        <dd>
          <Link href={`/console/fleet/${session.cabinet}`}>
            {session.cabinet_name ?? session.cabinet}
          </Link>
        </dd>
        {time(words.began, session.begun_at)}
        {time(words.opened, session.opened_at)}
        {time(words.closed, session.closed_at)}
        {time(words.settledAt, session.settled_at)}
        {session.closed_at && session.settled_at && (
          <>
            <dt>{words.took}</dt>
            <dd class="number">{seconds(session.closed_at, session.settled_at)}</dd>
          </>
        )}
        {session.shopper && (
          <>
            <dt>{words.shopper}</dt>
            <dd class="mono clip" title={session.shopper}>
              {session.shopper}
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}

export function ReceiptPanel({ history: { receipt }, zone }: { history: History } & Zone): JSX.Element {
  const words = said.value;
  return (
    <section class="panel">
      <h2>{words.receipt}</h2>
      {!receipt ? (
        <p class="panel-body soft">{words.noReceipt}</p>
      ) : (
        <div class="panel-body stack-tight">
          <ul class="stack-tight">
            {receipt.lines.map((one) => (
              <li key={one.sku} class="row-between">
                <span>
                  <span class="number">{one.quantity} ×</span> {one.name}
                  <span class="small soft"> {percent(one.tax_rate_bp)}</span>
                </span>
                <Money of={one.amount.gross} />
              </li>
            ))}
          </ul>
          <div class="row-between total-line">
            <b>{words.total}</b>
            <b>
              <Money of={receipt.total.gross} />
            </b>
          </div>
          <span class="small soft">
            {words.tax} <Money of={receipt.total.tax} />
          </span>
          {receipt.revisions
            .filter((one) => one.version > 1)
            .map((one) => (
              <p key={one.version} class="small">
                <Badge kind="warn" words={words.corrected} />{" "}
                <Time at={one.at} {...zoned(zone)} />: <Money of={one.difference} /> · {one.reason}
              </p>
            ))}
        </div>
      )}
    </section>
  );
}

const paymentKinds: Partial<Record<Payment["state"], BadgeKind>> = {
  held: "info",
  capturing: "info",
  captured: "good",
  declined: "bad",
  expired: "bad",
  action_needed: "warn",
};

export function PaymentsPanel({ history: { payments } }: { history: History }): JSX.Element {
  const words = said.value;
  return (
    <section class="panel">
      <h2>{words.payments}</h2>
      {payments.length === 0 && <p class="panel-body soft">{words.noPayments}</p>}
      {payments.map((one) => (
        <div key={one.id} class="panel-body stack-tight payment">
          <div class="row-between">
            <b>{words.purposes[one.purpose]}</b>
            <Badge kind={paymentKinds[one.state] ?? "plain"} words={words.paymentStates[one.state]} />
          </div>
          <dl class="facts small">
            <dt>{words.held}</dt>
            <dd>
              <Money of={one.asked} />
            </dd>
            <dt>{words.captured}</dt>
            <dd>
              <Money of={one.captured} />
            </dd>
            <dt>{words.released}</dt>
            <dd>
              <Money of={one.released} />
            </dd>
            <dt>{words.refunded}</dt>
            <dd>
              <Money of={one.refunded} />
            </dd>
          </dl>
          {one.code && <span class="small soft mono">{one.code}</span>}
        </div>
      ))}
    </section>
  );
}

export function LedgerPanel({ history: { transfers }, zone }: { history: History } & Zone): JSX.Element {
  const words = said.value;
  const { accounts } = moneySaid.value;
  return (
    <section class="panel">
      <h2>{words.ledger}</h2>
      {transfers.length === 0 ? (
        <p class="panel-body soft">{words.noLedger}</p>
      ) : (
        <ul class="panel-body stack-tight">
          {transfers.map((one) => (
            <li key={one.id} class="transfer">
              <div class="row-between">
                <span>
                  {words.transferReasons[one.reason]}{" "}
                  <span class="small soft">
                    {words.phases[one.phase]} · {timeWithSeconds(one.at, zone)}
                  </span>
                </span>
                <Money of={one.amount} />
              </div>
              <div class="small soft">
                {words.debit}: {accounts[one.debit]} · {words.credit}: {accounts[one.credit]}
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

// "session.open" in words, where the page has some.
function eventWords(type: string): string | undefined {
  const words = said.value;
  const [about = "", what = ""] = type.split(".");
  const known: Record<string, [subject: string, states: Record<string, string>]> = {
    session: [words.session, words.states],
    payment: [words.payment, words.paymentStates],
    receipt: [words.receipt, { changed: words.receiptWritten }],
    review: [words.review, reviewSaid.value.states],
    refund: [words.transferReasons.refund, moneySaid.value.refundStates],
  };
  const [subject, states] = known[about] ?? ["", {}];
  return states[what] && `${subject}: ${states[what]}`;
}

function byWords(by: string | null): string {
  const words = said.value;
  if (!by) return words.byItself;
  const name = by === me.value?.id ? me.value.name : words.actors[by.split("_")[0] ?? ""];
  return `${words.by} ${name ?? by}`;
}

export function HistoryPanel({ history: { events }, zone }: { history: History } & Zone): JSX.Element {
  const words = said.value;
  return (
    <section class="panel">
      <h2>{words.history}</h2>
      {events.length === 0 ? (
        <p class="panel-body soft">{words.noHistory}</p>
      ) : (
        <ol class="panel-body history">
          {events.map((one) => (
            <li key={one.sequence}>
              <time class="number small soft" dateTime={one.at}>
                {timeWithSeconds(one.at, zone)}
              </time>
              <details>
                <summary>
                  {eventWords(one.type) ?? <span class="mono">{one.type}</span>}{" "}
                  <span class="small soft">{byWords(one.by)}</span>
                </summary>
                <p class="mono small soft breaks">
                  {one.type} {one.by ?? ""}
                </p>
                <pre tabIndex={0}>{JSON.stringify(one.data, null, 2)}</pre>
              </details>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
