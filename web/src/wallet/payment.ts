// The payment of a receipt, looked at again until nothing of it is under way.
import { useEffect } from "preact/hooks";
import { api, ask, type Schemas } from "@shared/api/client";
import { useResource } from "@shared/api/resource";

type Payment = Schemas["Payment"];

const lookEveryMs = 1500;

const underWay = (one: Payment | null | undefined): boolean =>
  !!one &&
  (one.state === "held" ||
    one.state === "capturing" ||
    one.state === "releasing" ||
    one.refunds.some((refund) => refund.state === "pending"));

export function usePayment(
  receipt: Schemas["Receipt"],
  disputes: readonly Schemas["Dispute"][] | undefined,
): Payment | undefined {
  const id = receipt.payment;
  const payment = useResource<Payment | null>(`payment/${id ?? "none"}`, async () =>
    id ? ask(api.GET("/v1/payments/{id}", { params: { path: { id } } })) : null,
  );
  const pending = underWay(payment.value);
  useEffect(() => {
    if (!pending) return undefined;
    const timer = setInterval(() => void payment.reload(), lookEveryMs);
    return () => clearInterval(timer);
  }, [pending]);
  const states = disputes?.map((one) => one.state).join() ?? "";
  useEffect(() => {
    if (states) void payment.reload();
  }, [states, receipt.version]);
  return payment.value ?? undefined;
}
