// Restocking a cabinet: unlock it, say what was done, close the door. What is typed, and the
// session that runs, stay over a reload.
import { useState } from "preact/hooks";
import type { Signal } from "@preact/signals";
import type { JSX } from "preact";
import { api, ask } from "@shared/api/client";
import { once } from "@shared/api/once";
import { Problem } from "@shared/api/problem";
import { useResource } from "@shared/api/resource";
import { Button, ButtonLink } from "@shared/ui/button";
import { Empty, Loaded, Notice } from "@shared/ui/states";
import { useDraft } from "../manage/draft";
import { useEvents } from "../live";
import { Page } from "../shell/page";
import { planogramsOf } from "../layouts/layouts_page";
import { loadProducts } from "../manage/things";
import { loadStock, whole } from "./cabinet";
import { said } from "./words";

interface Line {
  product: string;
  name: string;
  predicted: number;
  bring: number;
}

interface Shown {
  name: string;
  lines: Line[];
}

const columns = ["counted", "wasted", "expired", "loaded"] as const;
type Column = (typeof columns)[number];
type Typed = Record<string, Partial<Record<Column, string>>>;

// What is there, and what the published layout adds.
async function load(id: string): Promise<Shown> {
  const [cabinet, stock, planograms, products] = await Promise.all([
    ask(api.GET("/v1/cabinets/{id}", { params: { path: { id } } })),
    loadStock(id),
    planogramsOf(id),
    loadProducts(),
  ]);
  const lines: Line[] = (stock?.products ?? []).map((one) => ({
    product: one.level.product,
    name: one.name,
    predicted: one.level.predicted,
    bring: one.bring,
  }));
  const next = planograms.find((one) => one.state === "published");
  for (const facing of next?.shelves.flatMap((one) => one.facings) ?? []) {
    const found = products.find((one) => one.id === facing.product);
    if (!found || lines.some((one) => one.product === found.id)) continue;
    lines.push({ product: found.id, name: found.name, predicted: 0, bring: facing.capacity });
  }
  return { name: cabinet.name, lines };
}

export function RestockPart({ id }: { id: string }): JSX.Element {
  const words = said.value;
  const shown = useResource(`restock/${id}`, () => load(id));
  return (
    <Page
      title={shown.value ? words.restockTitle(shown.value.name) : words.restock}
      crumbs={[
        { href: "/console/stock", words: words.title },
        ...(shown.value ? [{ href: `/console/stock/${id}`, words: shown.value.name }] : []),
      ]}
    >
      <p class="intro">{words.restockIntro}</p>
      <Loaded of={shown}>
        {(one) =>
          one.lines.length > 0 ? (
            <Restock id={id} of={one} />
          ) : (
            <Empty icon="shelf" title={words.nothingHere}>
              <ButtonLink kind="primary" href={`/console/layouts/${id}`}>
                {words.goLayout}
              </ButtonLink>
            </Empty>
          )
        }
      </Loaded>
    </Page>
  );
}

function Restock({ id, of }: { id: string; of: Shown }): JSX.Element {
  const words = said.value;
  const session = useDraft(`restock.${id}.session`, "");
  const typed = useDraft<Typed>(`restock.${id}.lines`, {});
  const [declared, setDeclared] = useState(""); // The session of which it was said.
  const [wrong, setWrong] = useState("");
  const unlock = async () => {
    const made = await once(`restock/${id}`, (key) =>
      ask(
        api.POST("/v1/cabinets/{id}/restocks", {
          params: { path: { id }, header: { "Idempotency-Key": key } },
        }),
      ),
    );
    session.value = made.id;
  };
  const declare = async () => {
    const lines = of.lines.map((one) => lineOf(one, typed.value[one.product]));
    const isWrong = lines.some((one) => one === undefined);
    setWrong(isWrong ? words.wrong.number : "");
    if (isWrong) return;
    try {
      await once(`restock/${session.value}/lines`, (key) =>
        ask(
          api.POST("/v1/restocks/{id}/lines", {
            params: { path: { id: session.value }, header: { "Idempotency-Key": key } },
            body: { lines: lines.flatMap((one) => (one ? [one] : [])) },
          }),
        ),
      );
    } catch (thrown) {
      // The door was closed meanwhile, or never opened: it is unlocked anew, with what was typed.
      if (thrown instanceof Problem && [404, 409].includes(thrown.status)) session.value = "";
      throw thrown;
    }
    typed.value = {};
    setDeclared(session.value);
    session.value = "";
  };
  if (declared) return <Declared id={id} session={declared} onAgain={() => setDeclared("")} />;
  return (
    <>
      <section class="card stack" aria-label={words.step1}>
        <h2>{words.step1}</h2>
        {session.value ? (
          <Notice kind="good">{words.unlocked}</Notice>
        ) : (
          <>
            <p>{words.step1Words}</p>
            <div>
              <Button kind="primary" icon="unlock" busy={words.unlocking} onPress={unlock}>
                {words.unlock}
              </Button>
            </div>
          </>
        )}
      </section>
      <section class="panel" aria-label={words.step2}>
        <div class="panel-head stack-tight">
          <h2>{words.step2}</h2>
          <p class="small soft">{words.step2Words}</p>
        </div>
        <Lines lines={of.lines} typed={typed} />
        <div class="panel-body stack-tight">
          {wrong && (
            <p class="small wrong-words" role="alert">
              {wrong}
            </p>
          )}
          <div>
            <Button
              kind="primary"
              busy={words.declaring}
              disabled={!session.value}
              onPress={declare}
            >
              {words.declare}
            </Button>
          </div>
        </div>
      </section>
    </>
  );
}

function Declared({
  id,
  session,
  onAgain,
}: {
  id: string;
  session: string;
  onAgain: () => void;
}): JSX.Element {
  const words = said.value;
  const state = useResource(`restock/session/${session}`, () =>
    ask(api.GET("/v1/sessions/{id}", { params: { path: { id: session } } })),
  );
  useEvents(["session."], () => void state.reload());
  const isOver = state.value?.state === "ended";
  return (
    <Notice kind="good" title={isOver ? words.overTitle : words.declaredTitle}>
      <div class="stack-tight">
        <span role="status">{isOver ? words.over : words.declared}</span>
        <div class="row">
          <ButtonLink href={`/console/stock/${id}`}>{words.toStock}</ButtonLink>
          <Button onPress={onAgain}>{words.again}</Button>
        </div>
      </div>
    </Notice>
  );
}

const textOf = (line: Line, typed: Typed[string] | undefined, column: Column): string =>
  typed?.[column] ?? (column === "loaded" ? String(line.bring) : "");

function lineOf(line: Line, typed: Typed[string] | undefined) {
  const value = (column: Column) => {
    const text = textOf(line, typed, column).trim();
    return text ? whole(text) : 0;
  };
  const [wasted, expired, loaded] = [value("wasted"), value("expired"), value("loaded")];
  const text = textOf(line, typed, "counted").trim();
  const counted = text ? whole(text) : null;
  if (counted === undefined || wasted === undefined) return undefined;
  if (expired === undefined || loaded === undefined) return undefined;
  return { product: line.product, counted, wasted, expired, loaded };
}

function Lines({ lines, typed }: { lines: readonly Line[]; typed: Signal<Typed> }): JSX.Element {
  const words = said.value;
  const heads: Record<Column, string> = {
    counted: words.countedWas,
    wasted: words.wasted,
    expired: words.expiredLine,
    loaded: words.loaded,
  };
  const set = (line: Line, column: Column, text: string) => {
    const was = typed.value[line.product];
    typed.value = { ...typed.value, [line.product]: { ...was, [column]: text } };
  };
  return (
    <ul class="restock-lines">
      {lines.map((line) => (
        <li key={line.product}>
          <div class="restock-name">
            <div>{line.name}</div>
            <div class="small soft">{words.holdsNow(line.predicted)}</div>
          </div>
          {columns.map((column) => (
            <label key={column} class="restock-field">
              <span class="small soft" aria-hidden="true">
                {heads[column]}
              </span>
              <input
                class="input end"
                inputMode="numeric"
                aria-label={words.fieldOf(heads[column], line.name)}
                placeholder={column === "counted" ? "–" : "0"}
                value={textOf(line, typed.value[line.product], column)}
                onInput={(event) => set(line, column, event.currentTarget.value)}
              />
            </label>
          ))}
        </li>
      ))}
    </ul>
  );
}
