// The first page: scan, what is under way, what is to be paid, past receipts.
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { Link } from "wouter-preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { me } from "@shared/api/me";
import { useResource } from "@shared/api/resource";
import { money } from "@shared/money";
import { words } from "@shared/strings";
import { dateTime } from "@shared/time";
import { Button, ButtonLink } from "@shared/ui/button";
import { Icon } from "@shared/ui/icons";
import { Empty, Loaded } from "@shared/ui/states";
import { DebtNotice } from "./debts";
import { Frame } from "./frame";
import { Running } from "./running";

type Receipt = Schemas["Receipt"];

const perPage = 20;

export function HomePage(): JSX.Element {
  const said = words.value.wallet.home;
  const shopper = me.value?.role === "shopper";
  return (
    <Frame title={words.value.wallet.title}>
      <section class="stack home-head">
        <h1>{said.hello}</h1>
        <p class="soft">{said.intro}</p>
        <ButtonLink href="/wallet/scan" kind="primary" size="large" wide icon="scan">
          {said.scan}
        </ButtonLink>
        {!shopper && (
          <ButtonLink href="/wallet/sign-in" size="large" wide icon="person">
            {said.signIn}
          </ButtonLink>
        )}
      </section>
      {shopper && (
        <>
          <Running />
          <DebtNotice />
          <Receipts />
        </>
      )}
    </Frame>
  );
}

function Receipts(): JSX.Element {
  const said = words.value.wallet.home;
  const first = useResource(
    "receipts",
    () => ask(api.GET("/v1/receipts", { params: { query: { limit: perPage } } })),
    { keep: true },
  );
  const [more, setMore] = useState<Receipt[]>([]);
  const [ended, setEnded] = useState(false);
  const next = async (shown: readonly Receipt[]) => {
    const query = { limit: perPage, starting_after: shown[shown.length - 1]?.id ?? "" };
    const page = await ask(api.GET("/v1/receipts", { params: { query } }));
    setMore([...more, ...page.data]);
    setEnded(!page.has_more);
  };
  return (
    <section class="stack-tight" aria-labelledby="receipts">
      <h2 id="receipts">{said.receipts}</h2>
      <Loaded of={first}>
        {(page) => {
          const all = [...page.data, ...more];
          if (all.length === 0) {
            return (
              <Empty icon="receipt" title={said.noReceipts}>
                <p>{said.noReceiptsTodo}</p>
              </Empty>
            );
          }
          return (
            <>
              <ul class="lines">
                {all.map((one) => (
                  <Row key={one.id} receipt={one} />
                ))}
              </ul>
              {page.has_more && !ended && (
                <Button busy={words.value.common.loading} onPress={() => next(all)}>
                  {words.value.common.more}
                </Button>
              )}
            </>
          );
        }}
      </Loaded>
    </section>
  );
}

function Row({ receipt }: { receipt: Receipt }): JSX.Element {
  const said = words.value.wallet.home;
  const none = receipt.version > 1 ? said.corrected : said.nothingTaken;
  const items = receipt.lines.reduce((total, line) => total + line.quantity, 0);
  return (
    <li>
      <Link href={`/wallet/receipt/${receipt.id}`} class="receipt-row">
        <span class="grow">
          <b>{receipt.cabinet_name ?? words.value.wallet.receipt.title}</b>
          <span class="soft small">
            {dateTime(receipt.closed_at, receipt.time_zone)} · {items ? said.items(items) : none}
          </span>
        </span>
        <span class="number">{money(receipt.total.gross)}</span>
        <Icon name="chevron" class="soft" />
      </Link>
    </li>
  );
}
