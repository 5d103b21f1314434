// One cabinet: counting it, and its movements.
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { once } from "@shared/api/once";
import { useResource } from "@shared/api/resource";
import { Button, ButtonLink } from "@shared/ui/button";
import { Empty, Loaded } from "@shared/ui/states";
import { Table } from "@shared/ui/table";
import { Time } from "@shared/ui/texts";
import { tell } from "@shared/ui/toast";
import { useDraft } from "../manage/draft";
import { Rows, usePaged } from "../manage/paged";
import { byId, useCabinets, useProducts, useSites, zoneOf } from "../manage/things";
import { may } from "../roles";
import { Page } from "../shell/page";
import type { CabinetStock } from "./frame";
import { LevelTable } from "./levels";
import { said } from "./words";

export const loadStock = async (id: string): Promise<CabinetStock | null> => {
  const page = await ask(api.GET("/v1/stock", { params: { query: { cabinet: id, limit: 1 } } }));
  return page.data[0] ?? null;
};

export function CabinetPart({ id }: { id: string }): JSX.Element {
  const words = said.value;
  const stock = useResource(`stock/of/${id}`, () => loadStock(id));
  const [turn, setTurn] = useState(0);
  const changed = async () => {
    await stock.reload();
    setTurn(turn + 1);
  };
  return (
    <Page
      title={stock.value ? words.cabinetStock(stock.value.name) : words.title}
      crumbs={[{ href: "/console/stock", words: words.title }]}
      acts={
        may("restocker") && (
          <ButtonLink icon="truck" href={`/console/stock/${id}/restock`}>
            {words.restock}
          </ButtonLink>
        )
      }
    >
      <Loaded of={stock}>
        {(one) =>
          one && one.products.length > 0 ? (
            <>
              <div class="panel">
                <LevelTable caption={words.cabinetStock(one.name)} rows={one.products} />
              </div>
              {may("restocker") && <Count of={one} onDone={changed} />}
            </>
          ) : (
            <Empty icon="shelf" title={words.empty}>
              <p>{words.emptyTodo}</p>
              <ButtonLink href={`/console/layouts/${id}`}>{words.goLayout}</ButtonLink>
            </Empty>
          )
        }
      </Loaded>
      <Movements id={id} key={turn} />
    </Page>
  );
}

const wholeMax = 10000;
export const whole = (text: string): number | undefined => {
  const value = /^\d{1,5}$/.test(text.trim()) ? Number(text) : undefined;
  return value !== undefined && value <= wholeMax ? value : undefined;
};

function Count({ of, onDone }: { of: CabinetStock; onDone: () => Promise<void> }): JSX.Element {
  const words = said.value;
  const typed = useDraft<Record<string, string>>(`count.${of.id}`, {});
  const [wrong, setWrong] = useState("");
  const send = async () => {
    const given = Object.entries(typed.value).filter(([, text]) => text.trim());
    const isWrong = given.some(([, text]) => whole(text) === undefined);
    setWrong(isWrong ? words.wrong.number : given.length === 0 ? words.countNothing : "");
    if (isWrong || given.length === 0) return;
    const counts = given.map(([product, text]) => ({ product, counted: whole(text) ?? 0 }));
    await once(`count/${of.id}`, (key) =>
      ask(
        api.POST("/v1/cabinets/{id}/counts", {
          params: { path: { id: of.id }, header: { "Idempotency-Key": key } },
          body: { counts },
        }),
      ),
    );
    typed.value = {};
    tell(words.countDone);
    await onDone();
  };
  return (
    <section class="card stack" aria-label={words.countTitle}>
      <h2>{words.countTitle}</h2>
      <p class="soft">{words.countIntro}</p>
      <ul class="count-lines">
        {of.products.map((one) => {
          const product = one.level.product;
          return (
            <li key={product}>
              <label class="row-between">
                <span>{one.name}</span>
                <input
                  class="input short end"
                  inputMode="numeric"
                  aria-label={words.countOf(one.name)}
                  value={typed.value[product] ?? ""}
                  onInput={(event) => {
                    typed.value = { ...typed.value, [product]: event.currentTarget.value };
                  }}
                />
              </label>
            </li>
          );
        })}
      </ul>
      {wrong && (
        <p class="small wrong-words" role="alert">
          {wrong}
        </p>
      )}
      <div>
        <Button kind="primary" busy={words.countSending} onPress={send}>
          {words.countSend}
        </Button>
      </div>
    </section>
  );
}

function Movements({ id }: { id: string }): JSX.Element {
  const words = said.value;
  const products = byId(useProducts().value);
  const cabinets = useCabinets();
  const sites = useSites();
  const zone = zoneOf(id, cabinets.value, sites.value);
  const list = usePaged<Schemas["Movement"]>(
    `movements/${id}`,
    (after) => {
      const query = { limit: 20, ...(after && { starting_after: after }) };
      return ask(api.GET("/v1/cabinets/{id}/movements", { params: { path: { id }, query } }));
    },
    (one) => one.id,
  );
  return (
    <section class="panel" aria-label={words.movements}>
      <h2>{words.movements}</h2>
      <Rows
        of={list}
        empty={
          <Empty icon="list" title={words.noMovements}>
            <p>{words.noMovementsTodo}</p>
          </Empty>
        }
      >
        {(rows) => (
          <Table
            caption={words.movements}
            rows={rows}
            keyOf={(one) => one.id}
            columns={[
              { head: words.at, cell: (one) => <Time at={one.at} {...(zone && { zone })} /> },
              { head: words.product, cell: (one) => products.get(one.product)?.name ?? one.product },
              { head: words.cause, cell: (one) => words.causes[one.cause] },
              {
                head: words.change,
                cell: (one) => (one.quantity > 0 ? `+${one.quantity}` : one.quantity),
                end: true,
              },
            ]}
          />
        )}
      </Rows>
    </section>
  );
}
