// The ledger: what each account holds, and each transfer between them.
import type { JSX } from "preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { useResource } from "@shared/api/resource";
import { money } from "@shared/money";
import { useUrlState } from "@shared/url_state";
import { SelectField } from "@shared/ui/field";
import { Empty, Loaded, Notice } from "@shared/ui/states";
import { Table } from "@shared/ui/table";
import { Time } from "@shared/ui/texts";
import { span } from "../manage/days";
import { ThingLink } from "../manage/links";
import { Rows, usePaged } from "../manage/paged";
import { Days, Frame, useZone } from "./frame";
import { said } from "./words";

type Transfer = Schemas["LedgerTransfer"];
type Balance = Schemas["LedgerBalance"];
type Account = Schemas["LedgerAccount"];

// Accounts of what is earned or owed to others grow by credits.
const byCredit: ReadonlySet<Account> = new Set(["sales_revenue", "tax_payable"]);

const heldBy = (one: Balance): number => {
  const debit = one.debits_minor - one.credits_minor;
  return byCredit.has(one.account) ? -debit : debit;
};

export function LedgerPart(): JSX.Element {
  const words = said.value;
  const balances = useResource("balances", () => ask(api.GET("/v1/ledger/balances")));
  return (
    <Frame>
      <section class="panel" aria-label={words.balances}>
        <h2>{words.balances}</h2>
        <Loaded of={balances}>
          {(all) =>
            all.data.length === 0 ? (
              <Empty icon="bank" title={words.noBalances}>
                <p>{words.noBalancesTodo}</p>
              </Empty>
            ) : (
              <>
                <BalanceTable rows={all.data} />
                {all.balanced ? (
                  <p class="small soft panel-foot">{words.balanced}</p>
                ) : (
                  <Notice kind="bad">{words.unbalanced}</Notice>
                )}
              </>
            )
          }
        </Loaded>
      </section>
      <Entries />
    </Frame>
  );
}

function BalanceTable({ rows }: { rows: readonly Balance[] }): JSX.Element {
  const words = said.value;
  const amount = (one: Balance, minor: number) => money({ minor, currency: one.currency });
  return (
    <Table
      caption={words.balances}
      rows={rows}
      keyOf={(one) => `${one.account}/${one.currency}`}
      columns={[
        { head: words.account, cell: (one) => words.accounts[one.account] },
        { head: words.debits, cell: (one) => amount(one, one.debits_minor), end: true },
        { head: words.credits, cell: (one) => amount(one, one.credits_minor), end: true },
        {
          head: words.pending,
          cell: (one) => amount(one, one.debits_pending_minor + one.credits_pending_minor),
          end: true,
        },
        { head: words.balance, cell: (one) => <b>{amount(one, heldBy(one))}</b>, end: true },
      ]}
    />
  );
}

function Entries(): JSX.Element {
  const words = said.value;
  const zone = useZone();
  const [url, setUrl] = useUrlState({ account: "", from: "", to: "" });
  const accounts = Object.keys(words.accounts) as Account[];
  const account = accounts.find((one) => one === url.account);
  const list = usePaged<Transfer>(
    `transfers/${account}/${url.from}/${url.to}/${zone}`,
    (after) => {
      const query = {
        limit: 50,
        ...(account && { account }),
        ...span(url.from, url.to, zone),
        ...(after && { starting_after: after }),
      };
      return ask(api.GET("/v1/ledger/transfers", { params: { query } }));
    },
    (one) => one.id,
  );
  return (
    <section class="panel" aria-label={words.entries}>
      <div class="panel-head stack-tight">
        <h2>{words.entries}</h2>
        <div class="filters">
          <SelectField
            label={words.account}
            value={account ?? ""}
            choices={[
              { value: "", words: words.allAccounts },
              ...accounts.map((value) => ({ value, words: words.accounts[value] })),
            ]}
            onChange={(value) => setUrl({ account: value })}
          />
          <Days from={url.from} to={url.to} onChange={setUrl} />
        </div>
      </div>
      <Rows
        of={list}
        empty={
          <Empty icon="list" title={words.noEntries}>
            <p>{words.noEntriesTodo}</p>
          </Empty>
        }
      >
        {(rows) => <EntryTable rows={rows} zone={zone} />}
      </Rows>
    </section>
  );
}

function EntryTable({ rows, zone }: { rows: readonly Transfer[]; zone: string }): JSX.Element {
  const words = said.value;
  return (
    <Table
      caption={words.entries}
      rows={rows}
      keyOf={(one) => one.id}
      columns={[
        { head: words.at, cell: (one) => <Time at={one.at} zone={zone} /> },
        {
          head: words.reason,
          cell: (one) => (
            <span>
              {words.reasons[one.reason]}{" "}
              <span class="small soft">{words.phases[one.phase]}</span>
            </span>
          ),
        },
        { head: words.debit, cell: (one) => words.accounts[one.debit] },
        { head: words.credit, cell: (one) => words.accounts[one.credit] },
        {
          head: words.session,
          cell: (one) => (one.session ? <ThingLink id={one.session} /> : "–"),
        },
        { head: words.amount, cell: (one) => money(one.amount), end: true },
      ]}
    />
  );
}
