// The figures that people watch: large numbers of the whole time, and charts by day.
import { useMemo } from "preact/hooks";
import type { JSX } from "preact";
import type { Schemas } from "@shared/api/client";
import { numbers } from "@shared/formats";
import { digitsOf, money, moneyAtAGlance, percent } from "@shared/money";
import { secondsOf as seconds } from "@shared/time";
import { Chart, type Line } from "./chart";
import { said } from "./words";

type Statistics = Schemas["Statistics"];
type Bucket = Schemas["StatisticsBucket"];

// While one of these is raised, a cabinet's cameras can't be relied on.
const cameraAlerts = ["cabinet_camera", "cabinet_offline"];

const alertOf = (bucket: Bucket, kind: string) => bucket.alerts.find((one) => one.kind === kind);

// Of the time of all cabinets, the share in which cameras were well.
function cameraHealth(bucket: Bucket, cabinets: number): number | null {
  const end = Math.min(Date.parse(bucket.end), Date.now());
  const seconds = ((end - Date.parse(bucket.begin)) / 1000) * cabinets;
  if (seconds <= 0) return null;
  const lost = cameraAlerts.reduce((sum, one) => sum + (alertOf(bucket, one)?.seconds ?? 0), 0);
  return Math.max(0, 1 - lost / seconds);
}

const rate = (value: number): string => percent(Math.round(value * 1000) * 10);

const whole = (value: number): string => numbers({}).format(value);

// Between whole numbers an axis says nothing.
const axis = (value: number): string => (value % 1 === 0 ? whole(value) : "");

export function Figures({ of }: { of: Statistics }): JSX.Element {
  const currencies = [...new Set(of.buckets.flatMap((one) => one.sales.map((is) => is.currency)))];
  return (
    <>
      <Numbers of={of} />
      <div class="charts">
        {currencies.map((currency) => (
          <SalesChart key={currency} of={of} currency={currency} many={currencies.length > 1} />
        ))}
        <Charts of={of} />
      </div>
    </>
  );
}

function Numbers({ of }: { of: Statistics }): JSX.Element {
  const words = said.value;
  const { total } = of;
  const health = cameraHealth(total, of.cabinets);
  const { median_ms: median, p99_ms: p99 } = total.receipt;
  return (
    <dl class="numbers">
      <Figure
        name={words.sales}
        value={total.sales.map(moneyAtAGlance).join(" + ") || "–"}
        more={words.items(total.items)}
      />
      <Figure
        name={words.sessions}
        value={whole(total.sessions)}
        more={words.receipts(total.receipts)}
      />
      <Figure
        name={words.reviewRate}
        value={total.review_rate === null ? "–" : rate(total.review_rate)}
        more={words.carts(whole(total.reviewed), whole(total.carts))}
      />
      <Figure
        name={words.disputeRate}
        value={total.dispute_rate === null ? "–" : rate(total.dispute_rate)}
        more={words.disputed(whole(total.disputed), whole(total.receipts))}
      />
      <Figure
        name={words.doorToReceipt}
        value={median == null ? "–" : seconds(median)}
        more={p99 == null ? words.nothing : words.p99Of(seconds(p99))}
      />
      <Figure
        name={words.stockOuts}
        value={whole(alertOf(total, "stock_out")?.raised ?? 0)}
        more={words.inRange}
      />
      <Figure
        name={words.cameras}
        value={health === null ? "–" : rate(health)}
        more={words.camerasOf(of.cabinets)}
      />
    </dl>
  );
}

function Figure({ name, value, more }: { name: string; value: string; more: string }): JSX.Element {
  return (
    <div class="card number-card">
      <dt class="small soft">{name}</dt>
      <dd>
        <span class="number-value">{value}</span>
        <span class="small soft">{more}</span>
      </dd>
    </div>
  );
}

function SalesChart({
  of,
  currency,
  many,
}: {
  of: Statistics;
  currency: string;
  many: boolean;
}): JSX.Element {
  const words = said.value;
  const title = many ? `${words.sales} (${currency})` : words.sales;
  const unit = 10 ** digitsOf(currency);
  const days = useMemo(() => of.buckets.map((one) => one.begin), [of]);
  const lines = useMemo<Line[]>(() => {
    const values = of.buckets.map(
      (one) => (one.sales.find((is) => is.currency === currency)?.minor ?? 0) / unit,
    );
    return [{ name: title, values, color: "accent" }];
  }, [of, currency, title]);
  const write = (value: number) => money({ minor: Math.round(value * unit), currency });
  return <Chart {...{ title, days, lines, write }} zone={of.time_zone} bars />;
}

function Charts({ of }: { of: Statistics }): JSX.Element {
  const words = said.value;
  const { buckets } = of;
  const made = useMemo(() => {
    const line = (
      name: string,
      color: Line["color"],
      value: (bucket: Bucket) => number | null | undefined,
    ): Line => ({ name, color, values: buckets.map((one) => value(one) ?? null) });
    return {
      days: buckets.map((one) => one.begin),
      sessions: [line(words.sessions, "info", (one) => one.sessions)],
      review: [line(words.reviewRate, "warn", (one) => one.review_rate)],
      dispute: [line(words.disputeRate, "danger", (one) => one.dispute_rate)],
      receipt: [
        line(words.median, "accent", (one) => one.receipt.median_ms),
        line(words.p99, "warn", (one) => one.receipt.p99_ms),
      ],
      outs: [line(words.stockOuts, "danger", (one) => alertOf(one, "stock_out")?.raised ?? 0)],
      cameras: [line(words.cameras, "accent", (one) => cameraHealth(one, of.cabinets))],
    };
  }, [of, words]);
  const common = { days: made.days, zone: of.time_zone };
  return (
    <>
      <Chart {...common} title={words.sessions} lines={made.sessions} write={axis} bars />
      <Chart {...common} title={words.reviewRate} lines={made.review} write={rate} />
      <Chart {...common} title={words.disputeRate} lines={made.dispute} write={rate} />
      <Chart {...common} title={words.doorToReceipt} lines={made.receipt} write={seconds} />
      <Chart {...common} title={words.stockOuts} lines={made.outs} write={axis} bars />
      <Chart {...common} title={words.cameras} lines={made.cameras} write={rate} />
    </>
  );
}
