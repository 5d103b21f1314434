// Payments, and giving money back from one.
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { once } from "@shared/api/once";
import { money } from "@shared/money";
import { useUrlState } from "@shared/url_state";
import { Button } from "@shared/ui/button";
import { SelectField } from "@shared/ui/field";
import { Empty } from "@shared/ui/states";
import { Table } from "@shared/ui/table";
import { Badge, type BadgeKind } from "@shared/ui/texts";
import { tell } from "@shared/ui/toast";
import { span } from "../manage/days";
import { shortId, ThingLink } from "../manage/links";
import { Rows, usePaged } from "../manage/paged";
import { AmountDialog } from "./amount_dialog";
import { Days, Frame, useZone } from "./frame";
import { said } from "./words";

type Payment = Schemas["Payment"];
type State = Payment["state"];

const kinds: Partial<Record<State, BadgeKind>> = {
  captured: "good",
  released: "plain",
  declined: "bad",
  expired: "bad",
  action_needed: "warn",
  held: "info",
  holding: "info",
  capturing: "info",
};

const leftOf = (one: Payment): number => {
  const waits = one.refunds.filter((is) => is.state === "pending");
  return waits.reduce((left, is) => left - is.amount.minor, one.captured.minor - one.refunded.minor);
};

export function PaymentsPart(): JSX.Element {
  const words = said.value;
  const zone = useZone();
  const [url, setUrl] = useUrlState({ state: "", from: "", to: "", payment: "" });
  const [refunds, setRefunds] = useState<Payment>();
  const states = Object.keys(words.paymentStates) as State[];
  const state = states.find((one) => one === url.state);
  const list = usePaged<Payment>(
    `payments/${url.payment}/${state}/${url.from}/${url.to}/${zone}`,
    async (after) => {
      if (url.payment) {
        const path = { id: url.payment };
        const one = await ask(api.GET("/v1/payments/{id}", { params: { path } }));
        return { data: [one], has_more: false };
      }
      const query = {
        limit: 50,
        ...(state && { state }),
        ...span(url.from, url.to, zone),
        ...(after && { starting_after: after }),
      };
      return ask(api.GET("/v1/payments", { params: { query } }));
    },
    (one) => one.id,
  );
  return (
    <Frame>
      {url.payment && (
        <div>
          <Button onPress={() => setUrl({ payment: "" })}>{words.allPayments}</Button>
        </div>
      )}
      <div class="filters" hidden={Boolean(url.payment)}>
        <SelectField
          label={words.state}
          value={state ?? ""}
          choices={[
            { value: "", words: words.allStates },
            ...states.map((value) => ({ value, words: words.paymentStates[value] })),
          ]}
          onChange={(value) => setUrl({ state: value })}
        />
        <Days from={url.from} to={url.to} onChange={setUrl} />
      </div>
      <Rows
        of={list}
        empty={
          <Empty icon="card" title={words.noPayments}>
            <p>{words.noPaymentsTodo}</p>
          </Empty>
        }
      >
        {(rows) => (
          <div class="panel">
            <PaymentTable rows={rows} onRefund={setRefunds} />
          </div>
        )}
      </Rows>
      {refunds && (
        <Refund
          of={refunds}
          onClose={() => setRefunds(undefined)}
          onDone={async () => {
            setRefunds(undefined);
            await list.reload();
          }}
        />
      )}
    </Frame>
  );
}

function PaymentTable({
  rows,
  onRefund,
}: {
  rows: readonly Payment[];
  onRefund: (one: Payment) => void;
}): JSX.Element {
  const words = said.value;
  return (
    <Table
      caption={words.paymentsList}
      rows={rows}
      keyOf={(one) => one.id}
      columns={[
        {
          head: words.payment,
          cell: (one) => (
            <span class="stack-tight">
              <span>{words.purposes[one.purpose]}</span>
              <ThingLink id={one.id} />
            </span>
          ),
        },
        {
          head: words.session,
          cell: (one) => (one.session ? <ThingLink id={one.session} /> : "–"),
        },
        {
          head: words.state,
          cell: (one) => (
            <Badge kind={kinds[one.state] ?? "plain"} words={words.paymentStates[one.state]} />
          ),
        },
        { head: words.asked, cell: (one) => money(one.asked), end: true },
        { head: words.captured, cell: (one) => money(one.captured), end: true },
        { head: words.refunded, cell: (one) => money(one.refunded), end: true },
        {
          head: words.refund,
          cell: (one) =>
            leftOf(one) > 0 ? (
              <Button onPress={() => onRefund(one)}>
                {words.refund}
                <span class="unseen">{words.refundOf(shortId(one.id))}</span>
              </Button>
            ) : null,
        },
      ]}
    />
  );
}

function Refund({
  of,
  onClose,
  onDone,
}: {
  of: Payment;
  onClose: () => void;
  onDone: () => Promise<void>;
}): JSX.Element {
  const words = said.value;
  const left = { minor: leftOf(of), currency: of.captured.currency };
  const give = async (amount: Schemas["Money"], reason: string) => {
    // All that is said is in the wish: a key goes with one body.
    const wish = [of.id, of.version, amount.minor, reason].join("/");
    await once(`refund/${wish}`, (key) =>
      ask(
        api.POST("/v1/payments/{id}/refunds", {
          params: { path: { id: of.id }, header: { "Idempotency-Key": key } },
          body: { amount, reason },
        }),
      ),
    );
    tell(words.refundDone);
    await onDone();
  };
  return (
    <AmountDialog
      draft={`refund.${of.id}`}
      title={words.refundTitle}
      left={left}
      leftHint={words.refundLeft}
      reason={words.refundReason}
      reasonHint={words.refundReasonHint}
      send={words.refundSend}
      sending={words.refundSending}
      give={give}
      onClose={onClose}
    />
  );
}
