// Saying that a line is not right, and following it to the refund.
import { useSignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { JSX } from "preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { once } from "@shared/api/once";
import { useResource, type Resource } from "@shared/api/resource";
import { money } from "@shared/money";
import { words } from "@shared/strings";
import { Button } from "@shared/ui/button";
import { Dialog } from "@shared/ui/dialog";
import { TextArea } from "@shared/ui/field";
import { Notice, type NoticeKind } from "@shared/ui/states";
import { tell } from "@shared/ui/toast";

type Receipt = Schemas["Receipt"];
type Line = Receipt["lines"][number];
type Dispute = Schemas["Dispute"];
type Payment = Schemas["Payment"];

const lookEveryMs = 2500;
const disputesLooked = 100;
const wordsMax = 800;

// Those of one receipt, newest first; while one is open it is looked at again, and the receipt with
// it when that ends.
export function useDisputes(receipt: string, onDecided: () => Promise<void>): Resource<Dispute[]> {
  const all = useResource(`disputes/${receipt}`, async () => {
    const query = { limit: disputesLooked };
    const page = await ask(api.GET("/v1/disputes", { params: { query } }));
    return page.data.filter((one) => one.receipt === receipt);
  });
  const open = all.value?.some((one) => one.state === "open") ?? false;
  const decided = all.value?.filter((one) => one.state !== "open").length ?? 0;
  useEffect(() => {
    if (!open) return undefined;
    const timer = setInterval(() => void all.reload(), lookEveryMs);
    return () => clearInterval(timer);
  }, [open]);
  useEffect(() => {
    if (decided > 0) void onDecided();
  }, [decided]);
  return all;
}

const kinds: Record<Dispute["state"], NoticeKind> = {
  open: "info",
  granted: "good",
  partly: "good",
  refused: "warn",
  withdrawn: "info",
};

export function Disputes({
  receipt,
  disputes,
  payment,
  onChange,
}: {
  receipt: Receipt;
  disputes: readonly Dispute[];
  payment: Payment | undefined;
  onChange: () => Promise<void>;
}): JSX.Element {
  return (
    <>
      {disputes.map((one) => (
        <DisputeNotice key={one.id} {...{ receipt, dispute: one, payment, onChange }} />
      ))}
    </>
  );
}

function DisputeNotice({
  receipt,
  dispute,
  payment,
  onChange,
}: {
  receipt: Receipt;
  dispute: Dispute;
  payment: Payment | undefined;
  onChange: () => Promise<void>;
}): JSX.Element {
  const said = words.value.wallet.dispute;
  const { title, todo } = said.states[dispute.state];
  const names = new Map(
    [...receipt.revisions.flatMap((one) => one.changes), ...receipt.lines].map((one) => [
      one.sku,
      one.name,
    ]),
  );
  const refunds = dispute.state === "granted" || dispute.state === "partly" ? payment?.refunds : [];
  const withdraw = () =>
    once(`withdraw/${dispute.id}`, async (key) => {
      const params = { path: { id: dispute.id }, header: { "Idempotency-Key": key } };
      await ask(api.POST("/v1/disputes/{id}/withdraw", { params }));
      await onChange();
    });
  return (
    <Notice kind={kinds[dispute.state]} title={title}>
      <div class="stack-tight">
        <span class="small">
          {dispute.lines
            .map((line) => said.claim(names.get(line.sku) ?? line.sku, line.charged, line.claimed))
            .join("; ")}
        </span>
        <span>{[dispute.by_policy && said.atOnce, todo].filter(Boolean).join(" ")}</span>
        {refunds?.map((one) => (
          <b key={one.id} data-refund={one.state}>
            {said.refund[one.state](money(one.amount))}
          </b>
        ))}
        {dispute.state === "open" && (
          <div>
            <Button busy={said.withdrawing} onPress={withdraw}>
              {said.withdraw}
            </Button>
          </div>
        )}
      </div>
    </Notice>
  );
}

type Reason = keyof typeof words.value.wallet.dispute.reasons;

// One tap on what happened sends it. Of several alike one is meant unless the shopper says more: who
// is wrong by a tap asks for too little, not for the whole line.
export function DisputeSheet({
  receipt,
  line,
  onSent,
  onClose,
}: {
  receipt: Receipt;
  line: Line;
  onSent: () => Promise<void>;
  onClose: () => void;
}): JSX.Element {
  const said = words.value.wallet.dispute;
  const [wrong, setWrong] = useState(1);
  const more = useSignal("");
  const send = (reason: Reason) => {
    const text = [said.reasons[reason], more.value.trim()].filter(Boolean).join(". ");
    // All that is said is in the wish: a key goes with one body.
    const wish = [receipt.id, receipt.version, line.sku, wrong, text].join("/");
    return once(`dispute/${wish}`, async (key) => {
      const params = { path: { id: receipt.id }, header: { "Idempotency-Key": key } };
      const body = { words: text, lines: [{ sku: line.sku, quantity: line.quantity - wrong }] };
      await ask(api.POST("/v1/receipts/{id}/disputes", { params, body }));
      tell(said.sent);
      onClose();
      await onSent();
    });
  };
  return (
    <Dialog title={said.title(line.name)} onClose={onClose}>
      {line.quantity > 1 && (
        <div class="row-between">
          <span id="wrong">{said.howMany(line.quantity)}</span>
          <div class="stepper" role="group" aria-labelledby="wrong">
            <Button
              icon="minus"
              label={said.fewer}
              disabled={wrong === 1}
              onPress={() => setWrong(wrong - 1)}
            />
            <output aria-live="polite">{wrong}</output>
            <Button
              icon="plus"
              label={said.more}
              disabled={wrong === line.quantity}
              onPress={() => setWrong(wrong + 1)}
            />
          </div>
        </div>
      )}
      <p class="soft small">{said.tap}</p>
      <div class="stack-tight">
        {(Object.keys(said.reasons) as Reason[]).map((reason) => (
          <Button key={reason} size="large" wide busy={said.sending} onPress={() => send(reason)}>
            {said.reasons[reason]}
          </Button>
        ))}
      </div>
      <TextArea label={said.words} value={more} limit={wordsMax} />
    </Dialog>
  );
}
