// Payouts: what the provider has paid to the bank, as somebody records it.
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { once } from "@shared/api/once";
import { money, parseMoney } from "@shared/money";
import { Button } from "@shared/ui/button";
import { Dialog } from "@shared/ui/dialog";
import { TextField } from "@shared/ui/field";
import { Empty } from "@shared/ui/states";
import { Table } from "@shared/ui/table";
import { Time } from "@shared/ui/texts";
import { tell } from "@shared/ui/toast";
import { useFields } from "../manage/draft";
import { Form } from "../manage/form";
import { Rows, usePaged } from "../manage/paged";
import { useMarkets } from "../manage/things";
import { Frame, useZone } from "./frame";
import { said } from "./words";

type Payout = Schemas["Payout"];

export function PayoutsPart(): JSX.Element {
  const words = said.value;
  const zone = useZone();
  const [adds, setAdds] = useState(false);
  const list = usePaged<Payout>(
    "payouts",
    (after) => {
      const query = { limit: 50, ...(after && { starting_after: after }) };
      return ask(api.GET("/v1/payouts", { params: { query } }));
    },
    (one) => one.id,
  );
  return (
    <Frame
      acts={
        <Button kind="primary" icon="plus" onPress={() => setAdds(true)}>
          {words.recordPayout}
        </Button>
      }
    >
      <p class="intro">{words.payoutsIntro}</p>
      <Rows
        of={list}
        empty={
          <Empty icon="bank" title={words.noPayouts}>
            <p>{words.noPayoutsTodo}</p>
          </Empty>
        }
      >
        {(rows) => (
          <div class="panel">
            <Table
              caption={words.payoutsList}
              rows={rows}
              keyOf={(one) => one.id}
              columns={[
                { head: words.at, cell: (one) => <Time at={one.at} zone={zone} /> },
                { head: words.reference, cell: (one) => <span class="mono">{one.reference}</span> },
                { head: words.amount, cell: (one) => money(one.amount), end: true },
              ]}
            />
          </div>
        )}
      </Rows>
      {adds && (
        <NewPayout
          onClose={() => setAdds(false)}
          onDone={async () => {
            setAdds(false);
            await list.reload();
          }}
        />
      )}
    </Frame>
  );
}

function NewPayout({
  onClose,
  onDone,
}: {
  onClose: () => void;
  onDone: () => Promise<void>;
}): JSX.Element {
  const words = said.value;
  const markets = useMarkets();
  const [fields, clear] = useFields("payout.new", { reference: "", amount: "", currency: "" });
  const currency = () =>
    (fields.currency.value.trim() || (markets.value?.[0]?.currency ?? "")).toUpperCase();
  const amount = () =>
    /^[A-Z]{3}$/.test(currency()) ? parseMoney(fields.amount.value, currency()) : undefined;
  const check = () => ({
    reference: fields.reference.value.trim() ? undefined : words.wrong.reference,
    amount: (amount()?.minor ?? 0) > 0 ? undefined : words.wrong.amount,
    currency: /^[A-Z]{3}$/.test(currency()) ? undefined : words.wrong.currency,
  });
  const send = async () => {
    const wanted = amount();
    if (!wanted) return;
    const body = { reference: fields.reference.value.trim(), amount: wanted };
    await once(`payout/${body.reference}`, (key) =>
      ask(api.POST("/v1/payouts", { params: { header: { "Idempotency-Key": key } }, body })),
    );
    clear();
    tell(words.recorded);
    await onDone();
  };
  return (
    <Dialog title={words.recordPayout} onClose={onClose}>
      <Form check={check} onSend={send} send={words.recordPayout} sending={words.recording}>
        {(wrong) => (
          <>
            <TextField
              label={words.reference}
              hint={words.referenceHint}
              wrong={wrong["reference"]}
              value={fields.reference}
              input={{ maxLength: 100, autocomplete: "off", spellcheck: false }}
            />
            <TextField
              label={words.amount}
              wrong={wrong["amount"]}
              value={fields.amount}
              input={{ inputMode: "decimal", autocomplete: "off" }}
            />
            <TextField
              label={words.currency}
              wrong={wrong["currency"]}
              value={fields.currency}
              input={{ maxLength: 3, placeholder: currency(), autocomplete: "off" }}
            />
          </>
        )}
      </Form>
    </Dialog>
  );
}
