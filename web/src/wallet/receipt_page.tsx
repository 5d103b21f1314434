// A receipt: each line with the clip that shows it, tax, what became of the hold, and for each line
// a way to say that it is not right.
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { useSearch } from "wouter-preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { useResource } from "@shared/api/resource";
import { money, percent } from "@shared/money";
import { words } from "@shared/strings";
import { dateOnly, dateTime } from "@shared/time";
import { Button } from "@shared/ui/button";
import { Loaded, Notice } from "@shared/ui/states";
import { Badge, Money } from "@shared/ui/texts";
import { Clips } from "./clips";
import { Disputes, DisputeSheet, useDisputes } from "./disputes";
import { Frame } from "./frame";
import { usePayment } from "./payment";

type Receipt = Schemas["Receipt"];
type Line = Receipt["lines"][number];
type Payment = Schemas["Payment"];

export function ReceiptPage({ id }: { id: string }): JSX.Element {
  const said = words.value.wallet.receipt;
  const receipt = useResource(
    `receipt/${id}`,
    () => ask(api.GET("/v1/receipts/{id}", { params: { path: { id } } })),
    { keep: true },
  );
  return (
    <Frame title={said.title} back="/wallet" named>
      <Loaded of={receipt}>{(one) => <Whole receipt={one} onReload={receipt.reload} />}</Loaded>
    </Frame>
  );
}

function Whole({
  receipt,
  onReload,
}: {
  receipt: Receipt;
  onReload: () => Promise<void>;
}): JSX.Element {
  const said = words.value.wallet.receipt;
  const fresh = new URLSearchParams(useSearch()).get("new") === "yes";
  const disputes = useDisputes(receipt.id, onReload);
  const payment = usePayment(receipt, disputes.value);
  const [wrong, setWrong] = useState<Line>();
  const open = disputes.value?.some((one) => one.state === "open") ?? false;
  const disputable = new Date(receipt.disputable_until).getTime() > Date.now();
  const seconds = (Date.parse(receipt.at) - Date.parse(receipt.closed_at)) / 1000;
  return (
    <>
      <section class="receipt-head">
        <p class="soft">{receipt.cabinet_name}</p>
        <h1 class="total number">{money(receipt.total.gross)}</h1>
        <p class="soft small">{dateTime(receipt.closed_at, receipt.time_zone)}</p>
        <div class="row centre">
          <PaymentBadge receipt={receipt} payment={payment} />
          {fresh && receipt.version === 1 && (
            <span class="soft small">{said.ready(seconds.toFixed(1))}</span>
          )}
        </div>
      </section>
      <Disputes
        receipt={receipt}
        disputes={disputes.value ?? []}
        payment={payment}
        onChange={disputes.reload}
      />
      <section class="card receipt-lines" aria-label={said.title}>
        {receipt.lines.length === 0 && (
          <p>{receipt.version > 1 ? said.nothingLeft : said.nothing}</p>
        )}
        <ul>
          {receipt.lines.map((line, index) => (
            <LineRow
              key={line.sku}
              receipt={receipt}
              line={line}
              index={index}
              onWrong={disputable && !open ? () => setWrong(line) : undefined}
            />
          ))}
        </ul>
        <Totals receipt={receipt} />
      </section>
      <Hold receipt={receipt} payment={payment} />
      <Revisions receipt={receipt} />
      {receipt.lines.length > 0 && disputable && (
        <p class="soft small centre">
          {open
            ? words.value.wallet.dispute.restOpen
            : said.disputeUntil(dateOnly(receipt.disputable_until, receipt.time_zone))}
        </p>
      )}
      <div class="centre no-print">
        <Button kind="quiet" icon="download" onPress={() => print()}>
          {said.print}
        </Button>
      </div>
      {wrong && (
        <DisputeSheet
          receipt={receipt}
          line={wrong}
          onSent={disputes.reload}
          onClose={() => setWrong(undefined)}
        />
      )}
    </>
  );
}

function PaymentBadge({
  receipt,
  payment,
}: {
  receipt: Receipt;
  payment: Payment | undefined;
}): JSX.Element | null {
  const said = words.value.wallet.receipt;
  if (!payment || receipt.total.gross.minor + payment.refunded.minor === 0) return null;
  if (payment.refunded.minor > 0) {
    return <Badge kind="info" words={said.refunded(money(payment.refunded))} />;
  }
  if (payment.captured.minor > 0) return <Badge kind="good" words={said.paid} />;
  if (payment.state === "capturing" || payment.state === "held") {
    return <Badge kind="info" words={said.paying} />;
  }
  return <Badge kind="warn" words={said.unpaid} />;
}

function LineRow({
  receipt,
  line,
  index,
  onWrong,
}: {
  receipt: Receipt;
  line: Line;
  index: number;
  onWrong: (() => void) | undefined;
}): JSX.Element {
  const said = words.value.wallet.receipt;
  return (
    <li class="receipt-line">
      <div class="row-between">
        <span>
          <b class="number">{line.quantity} ×</b> {line.name}
          {line.quantity > 1 && (
            <span class="soft small"> · {said.each(money(line.unit_price))}</span>
          )}
        </span>
        <Money of={line.amount.gross} />
      </div>
      <Clips receipt={receipt.id} line={index} count={line.clips} name={line.name} />
      {onWrong && (
        <Button kind="quiet" icon="help" label={said.wrongWith(line.name)} onPress={onWrong}>
          {said.wrong}
        </Button>
      )}
    </li>
  );
}

function Totals({ receipt }: { receipt: Receipt }): JSX.Element {
  const said = words.value.wallet.receipt;
  const tax = receipt.price_includes_tax ? said.taxIncluded : said.taxAdded;
  return (
    <div class="totals">
      <div class="row-between total-row">
        <b>{said.total}</b>
        <b>
          <Money of={receipt.total.gross} />
        </b>
      </div>
      {receipt.taxes
        .filter((one) => one.amount.tax.minor !== 0)
        .map((one) => (
          <p key={one.rate_bp} class="soft small">
            {tax(percent(one.rate_bp), money(one.amount.tax))}
          </p>
        ))}
    </div>
  );
}

// What became of the amount that was held, in words.
function Hold({ payment }: { receipt: Receipt; payment: Payment | undefined }): JSX.Element | null {
  const said = words.value.wallet.receipt.hold;
  if (!payment || payment.purpose !== "sale") return null;
  const held = money(payment.asked);
  const rest = {
    minor: payment.asked.minor - payment.captured.minor,
    currency: payment.asked.currency,
  };
  if (payment.state === "capturing" || payment.state === "held") {
    return <Notice>{said.pending(held)}</Notice>;
  }
  if (payment.captured.minor === 0) {
    return payment.released.minor > 0 ? <Notice>{said.none(held)}</Notice> : null;
  }
  const captured = money(payment.captured);
  return (
    <Notice>{rest.minor > 0 ? said.rest(held, captured, money(rest)) : said.all(held)}</Notice>
  );
}

function Revisions({ receipt }: { receipt: Receipt }): JSX.Element | null {
  const said = words.value.wallet.receipt;
  if (receipt.revisions.length === 0) return null;
  return (
    <section class="card stack-tight" aria-labelledby="corrected">
      <h2 id="corrected">{said.corrected}</h2>
      {receipt.revisions.map((one) => (
        <div key={one.version} class="stack-tight">
          <p class="soft small">{dateTime(one.at, receipt.time_zone)}</p>
          {one.changes.map((change) => (
            <div key={change.sku} class="row-between">
              <span>{said.change(change.name, change.before, change.after)}</span>
              <Money of={change.difference} />
            </div>
          ))}
        </div>
      ))}
    </section>
  );
}
