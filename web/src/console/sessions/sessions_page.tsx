// All sessions, newest first, with filters that stand in the address.
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { digitsOf, parseMoney } from "@shared/money";
import { useUrlState } from "@shared/url_state";
import { Button } from "@shared/ui/button";
import { Field, SelectField } from "@shared/ui/field";
import { Empty, ProblemNotice, Skeleton } from "@shared/ui/states";
import { pageQuery, useFleet, usePaged } from "../data";
import { useEvents } from "../live";
import { browserZone, span } from "../manage/days";
import { zoneOf } from "../manage/things";
import { Page } from "../shell/page";
import { said as shellSaid } from "../strings";
import { SessionTable } from "./session_table";
import { said } from "./strings";
import type { Session } from "./state";

const defaults = {
  cabinet: "",
  state: "",
  kind: "",
  decision: "",
  reviewed: "",
  disputed: "",
  from: "",
  to: "",
  least: "",
  most: "",
};
type Filter = typeof defaults;
type Query = Record<string, string | number | boolean>;

// Amounts are typed in whole units; the API takes minor units of whatever currency.
function minor(text: string, currency: string): number | undefined {
  return text ? parseMoney(text, currency)?.minor : undefined;
}

// Days begin and end in `zone`.
function queryOf(filter: Filter, currency: string, zone: string): Query {
  const wanted: Record<string, string | number | boolean | undefined> = {
    cabinet: filter.cabinet || undefined,
    state: filter.state || undefined,
    kind: filter.kind || undefined,
    decision: filter.decision || undefined,
    reviewed: filter.reviewed ? filter.reviewed === "yes" : undefined,
    disputed: filter.disputed ? filter.disputed === "yes" : undefined,
    ...span(filter.from, filter.to, zone),
    least_minor: minor(filter.least, currency),
    most_minor: minor(filter.most, currency),
  };
  return Object.fromEntries(
    Object.entries(wanted).filter(([, value]) => value !== undefined),
  ) as Query;
}

export function SessionsPage(): JSX.Element {
  const words = said.value;
  const [filter, change] = useUrlState(defaults);
  const [currency, setCurrency] = useState("EUR");
  const fleet = useFleet().value;
  const zone = zoneOf(filter.cabinet, fleet?.cabinets, fleet?.sites) ?? browserZone();
  const query = queryOf(filter, currency, zone);
  const sessions = usePaged<Session>(`sessions/${JSON.stringify(query)}`, async (limit, after) => {
    const params = { query: { ...query, ...pageQuery(limit, after) } };
    const page: Schemas["SessionPage"] = await ask(api.GET("/v1/sessions", { params }));
    const found = page.data.find((one) => one.total)?.total?.currency;
    if (found && digitsOf(found) !== digitsOf(currency)) setCurrency(found);
    return page;
  });
  useEvents(["session."], () => void sessions.refresh());
  const isFiltered = Object.values(filter).some(Boolean);
  const clear = () => change(defaults);
  return (
    <Page
      title={words.title}
      wide
      acts={isFiltered && <Button onPress={clear}>{words.clear}</Button>}
    >
      <Filters filter={filter} change={change} currency={currency} />
      {sessions.problem && (
        <ProblemNotice problem={sessions.problem} onRetry={sessions.reload} />
      )}
      {sessions.first && !sessions.problem && <Skeleton lines={12} words={words.loading} />}
      {!sessions.first && sessions.rows.length === 0 && (
        <Empty
          icon={isFiltered ? "search" : "list"}
          title={isFiltered ? words.noneFound : words.empty}
        >
          <p>{isFiltered ? words.noneFoundTodo : words.emptyTodo}</p>
          {isFiltered && <Button onPress={clear}>{words.clear}</Button>}
        </Empty>
      )}
      {sessions.rows.length > 0 && (
        <>
          <div class="panel">
            <SessionTable
              rows={sessions.rows}
              caption={words.title}
              onNearEnd={() => void sessions.loadMore()}
            />
          </div>
          <p class="small soft" role="status">
            {sessions.loading && sessions.more
              ? shellSaid.value.list.loadingMore
              : words.shown(sessions.rows.length, sessions.more)}
          </p>
        </>
      )}
    </Page>
  );
}

const states = [
  "holding",
  "action",
  "unlocking",
  "open",
  "grace",
  "deciding",
  "review",
  "settled",
  "ended",
] as const;

function Filters({
  filter,
  change,
  currency,
}: {
  filter: Filter;
  change: (wanted: Partial<Filter>, how?: { replace?: boolean }) => void;
  currency: string;
}): JSX.Element {
  const words = said.value;
  const fleet = useFleet().value;
  const any = { value: "", words: words.any };
  const yesNo = [any, { value: "yes", words: words.yes }, { value: "no", words: words.no }];
  const select = (name: keyof Filter, label: string, choices: { value: string; words: string }[]) => (
    <SelectField
      label={label}
      value={filter[name]}
      choices={choices}
      onChange={(value) => change({ [name]: value })}
    />
  );
  const typed = (name: keyof Filter, label: string, type: string) => {
    const isWrong = type === "text" && filter[name] && minor(filter[name], currency) === undefined;
    return (
      <Field label={label} wrong={isWrong ? words.amountWrong : undefined}>
        {(tied) => (
          <input
            {...tied}
            class="input"
            type={type}
            inputMode={type === "text" ? "decimal" : undefined}
            value={filter[name]}
            onChange={(event) => change({ [name]: event.currentTarget.value })}
          />
        )}
      </Field>
    );
  };
  const more = [filter.kind, filter.reviewed, filter.from, filter.to, filter.least, filter.most];
  return (
    <div class="stack-tight">
      <div class="filters">
        {select("cabinet", words.cabinet, [
          { value: "", words: words.allCabinets },
          ...(fleet?.cabinets ?? []).map((one) => ({ value: one.id, words: one.name })),
        ])}
        {select("state", words.state, [
          any,
          ...states.map((value) => ({ value, words: words.states[value] })),
        ])}
        {select("decision", words.decision, [
          any,
          ...(["charge", "review", "nothing"] as const).map((value) => ({
            value,
            words: words.decisions[value],
          })),
        ])}
        {select("disputed", words.disputed, yesNo)}
      </div>
      <details open={more.some(Boolean)}>
        <summary>{words.more}</summary>
        <div class="filters">
          {typed("from", words.from, "date")}
          {typed("to", words.to, "date")}
          {typed("least", words.least, "text")}
          {typed("most", words.most, "text")}
          {select("reviewed", words.reviewed, yesNo)}
          {select("kind", words.kind, [
            any,
            { value: "shopping", words: words.kinds.shopping },
            { value: "restock", words: words.kinds.restock },
          ])}
        </div>
      </details>
    </div>
  );
}
