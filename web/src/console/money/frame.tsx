// The frame of each part of the money: title, tabs; and the days to choose from.
import type { ComponentChildren, JSX } from "preact";
import { DayField } from "../manage/day_field";
import { browserZone } from "../manage/days";
import { Tabs } from "../manage/tabs";
import { oneZone, useSites } from "../manage/things";
import { Page } from "../shell/page";
import { said } from "./words";

const parts = ["ledger", "payments", "refunds", "debts", "payouts", "exports"] as const;

export function Frame({
  acts,
  children,
}: {
  acts?: ComponentChildren;
  children: ComponentChildren;
}): JSX.Element {
  const words = said.value;
  return (
    <Page title={words.title} acts={acts}>
      <Tabs
        label={words.parts}
        of={parts.map((one) => ({
          href: one === "ledger" ? "/console/money" : `/console/money/${one}`,
          words: words.tabs[one],
        }))}
      />
      {children}
    </Page>
  );
}

// That of the sites where all share one, else the browser's.
export const useZone = (): string => oneZone(useSites().value) ?? browserZone();

export function Days({
  from,
  to,
  onChange,
}: {
  from: string;
  to: string;
  onChange: (change: { from?: string; to?: string }) => void;
}): JSX.Element {
  const words = said.value;
  const wrong = from && to && to < from ? words.wrong.time : undefined;
  return (
    <>
      <DayField label={words.from} value={from} onChange={(day) => onChange({ from: day })} />
      <DayField label={words.to} value={to} wrong={wrong} onChange={(day) => onChange({ to: day })} />
    </>
  );
}
