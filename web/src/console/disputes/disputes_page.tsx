// All disputes, those that wait for somebody first.
import type { JSX } from "preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { words as allWords } from "@shared/strings";
import { useUrlState } from "@shared/url_state";
import { Button } from "@shared/ui/button";
import { SelectField } from "@shared/ui/field";
import { Empty, ProblemNotice, Skeleton } from "@shared/ui/states";
import { Table } from "@shared/ui/table";
import { Badge, Money, Time, type BadgeKind } from "@shared/ui/texts";
import { pageQuery, usePaged } from "../data";
import { useEvents } from "../live";
import { Page } from "../shell/page";
import { said as shellSaid } from "../strings";
import { said } from "./strings";

export type Dispute = Schemas["Dispute"];

const states = ["open", "granted", "partly", "refused", "withdrawn"] as const;
const isState = (text: string): text is (typeof states)[number] =>
  (states as readonly string[]).includes(text);

const kinds: Record<Dispute["state"], BadgeKind> = {
  open: "warn",
  granted: "good",
  partly: "info",
  refused: "plain",
  withdrawn: "plain",
};

export function DisputeBadge({ of }: { of: Dispute }): JSX.Element {
  return <Badge kind={kinds[of.state]} words={said.value.states[of.state]} />;
}

// In the zone of the site where it was bought.
export function OpenedAt({ of }: { of: Dispute }): JSX.Element {
  return <Time at={of.opened_at} {...(of.time_zone ? { zone: of.time_zone } : {})} />;
}

// What would come back if the shopper is right in all.
function claimedOf(one: Dispute): { minor: number; currency: string } | undefined {
  const currency = one.lines[0]?.unit_price.currency;
  if (!currency) return undefined;
  const minor = one.lines.reduce(
    (total, line) => total + Math.max(0, line.charged - line.claimed) * line.unit_price.minor,
    0,
  );
  return { minor, currency };
}

export function DisputesPage(): JSX.Element {
  const words = said.value;
  const [filter, change] = useUrlState({ state: "open" });
  const state = isState(filter.state) ? filter.state : undefined;
  const disputes = usePaged<Dispute>(`disputes/${state}`, (limit, after) => {
    const query = { ...pageQuery(limit, after), ...(state ? { state } : {}) };
    return ask(api.GET("/v1/disputes", { params: { query } }));
  });
  useEvents(["dispute."], () => void disputes.reload());
  const columns = [
    { head: words.opened, cell: (one: Dispute) => <OpenedAt of={one} /> },
    {
      head: words.saidIt,
      cell: (one: Dispute) =>
        one.words ? `“${one.words}”` : <span class="soft">{words.none}</span>,
      class: "said",
    },
    { head: words.state, cell: (one: Dispute) => <DisputeBadge of={one} /> },
    {
      head: words.claimed,
      cell: (one: Dispute) => {
        const amount = claimedOf(one);
        return amount ? <Money of={amount} /> : "";
      },
      end: true,
    },
  ];
  return (
    <Page title={words.title}>
      <div class="filters">
        <SelectField
          label={words.state}
          value={filter.state}
          choices={[
            ...states.map((value) => ({ value: value as string, words: words.states[value] })),
            { value: "all", words: words.all },
          ]}
          onChange={(value) => change({ state: value })}
        />
      </div>
      {disputes.problem && <ProblemNotice problem={disputes.problem} onRetry={disputes.reload} />}
      {disputes.first && !disputes.problem && <Skeleton lines={6} words={words.loading} />}
      {!disputes.first && disputes.rows.length === 0 && (
        <Empty icon="receipt" title={state === "open" ? words.empty : words.noneFound}>
          {state === "open" && <p>{words.emptyTodo}</p>}
        </Empty>
      )}
      {disputes.rows.length > 0 && (
        <div class="panel">
          <Table
            caption={words.title}
            columns={columns}
            rows={disputes.rows}
            keyOf={(one) => one.id}
            href={(one) => `/console/disputes/${one.id}`}
          />
        </div>
      )}
      {disputes.more && (
        <div>
          <Button busy={shellSaid.value.list.loadingMore} onPress={disputes.loadMore}>
            {allWords.value.common.more}
          </Button>
        </div>
      )}
    </Page>
  );
}
