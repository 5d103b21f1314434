// Asks how much of what is left is given, and why: of a refund, and of a debt that is written off.
import type { JSX } from "preact";
import { money, parseMoney } from "@shared/money";
import type { Schemas } from "@shared/api/client";
import { Dialog } from "@shared/ui/dialog";
import { TextField } from "@shared/ui/field";
import { useFields } from "../manage/draft";
import { Form } from "../manage/form";
import { plainMoney } from "../markets/market_page";
import { said } from "./words";

type Money = Schemas["Money"];

export function AmountDialog({
  draft,
  title,
  intro,
  left,
  leftHint,
  reason,
  reasonHint,
  send,
  sending,
  give,
  onClose,
}: {
  draft: string; // The name that what is typed is kept under.
  title: string;
  intro?: string;
  left: Money;
  leftHint: (left: string) => string;
  reason: string;
  reasonHint?: string;
  send: string;
  sending?: string;
  give: (amount: Money, reason: string) => Promise<void>;
  onClose: () => void;
}): JSX.Element {
  const words = said.value;
  const [fields, clear] = useFields(draft, { amount: plainMoney(left), reason: "" });
  const amount = () => parseMoney(fields.amount.value, left.currency);
  const check = () => {
    const wanted = amount();
    const tooMuch = wanted && wanted.minor > left.minor ? words.wrong.tooMuch : undefined;
    return {
      amount: wanted && wanted.minor > 0 ? tooMuch : words.wrong.amount,
      reason: fields.reason.value.trim() ? undefined : words.wrong.reason,
    };
  };
  const onSend = async () => {
    const wanted = amount();
    if (!wanted) return;
    await give(wanted, fields.reason.value.trim());
    clear();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      {intro && <p>{intro}</p>}
      <Form check={check} onSend={onSend} send={send} {...(sending && { sending })}>
        {(wrong) => (
          <>
            <TextField
              label={`${words.amount} (${left.currency})`}
              hint={leftHint(money(left))}
              wrong={wrong["amount"]}
              value={fields.amount}
              input={{ inputMode: "decimal", autocomplete: "off" }}
            />
            <TextField
              label={reason}
              {...(reasonHint && { hint: reasonHint })}
              wrong={wrong["reason"]}
              value={fields.reason}
              input={{ maxLength: 500, autocomplete: "off" }}
            />
          </>
        )}
      </Form>
    </Dialog>
  );
}
