// From an empty tenant to the first sale: what is done is seen by itself, what is next is open, and
// can be done here or where its link leads.
import { useEffect, useState } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import { api, ask } from "@shared/api/client";
import { useResource } from "@shared/api/resource";
import { Icon } from "@shared/ui/icons";
import { Loaded } from "@shared/ui/states";
import { useEvents } from "../live";
import { planogramsOf, type Planogram } from "../layouts/layouts_page";
import { useDraft } from "../manage/draft";
import {
  loadCabinets,
  loadMarkets,
  loadProducts,
  loadSites,
  type Cabinet,
  type Market,
  type Product,
  type Site,
} from "../manage/things";
import { NewMarket } from "../markets/new_page";
import {
  CabinetStep,
  CamerasStep,
  LayoutStep,
  ProductsStep,
  RestockStep,
  SaleStep,
  SiteStep,
} from "./steps";
import { Provision } from "./provision";
import { said } from "./words";

export interface State {
  sites: Site[];
  markets: Market[];
  products: Product[];
  cabinet: Cabinet | undefined; // The first one.
  planograms: Planogram[];
}

export const productsWanted = 5;

async function load(): Promise<State> {
  const [sites, markets, products, cabinets] = await Promise.all([
    loadSites(),
    loadMarkets(),
    loadProducts(),
    loadCabinets(),
  ]);
  const id = cabinets[cabinets.length - 1]?.id;
  if (!id) return { sites, markets, products, cabinet: undefined, planograms: [] };
  const [cabinet, planograms] = await Promise.all([
    ask(api.GET("/v1/cabinets/{id}", { params: { path: { id } } })),
    planogramsOf(id),
  ]);
  return { sites, markets, products, cabinet, planograms };
}

export const hasPrice = (of: State, product: Product): boolean =>
  of.markets.some((one) => one.prices.some((is) => is.product === product.id));

export const isReady = (of: State, product: Product): boolean =>
  product.photos.length > 0 && hasPrice(of, product);

interface Step {
  title: string;
  done: boolean;
  show: () => ComponentChildren;
}

export function FirstSteps(): JSX.Element {
  const words = said.value.steps;
  const state = useResource("overview/steps", load);
  useEvents([], () => void state.reload(), 1500);
  return (
    <section class="card stack steps" aria-label={words.title}>
      <div class="stack-tight">
        <h2>{words.title}</h2>
        <p class="soft">{words.intro}</p>
      </div>
      <Loaded of={state} lines={8}>
        {(of) => <Steps of={of} onDone={state.reload} />}
      </Loaded>
    </section>
  );
}

function stepsOf(of: State, standard: boolean, onStandard: () => void, onDone: () => Promise<void>) {
  const words = said.value.steps;
  const { cabinet, planograms } = of;
  const published = planograms.some((one) => one.state === "published" || one.state === "applied");
  const applied = planograms.some((one) => one.state === "applied");
  const met = cabinet?.health.last_seen != null;
  const list: Step[] = [
    {
      title: words.site,
      done: of.sites.length > 0,
      show: () => <SiteStep onDone={onDone} />,
    },
    {
      title: words.market,
      done: of.markets.length > 0,
      show: () => (
        <>
          <p>{words.marketWords}</p>
          <NewMarket onMade={onDone} />
        </>
      ),
    },
    {
      title: words.products,
      done: of.products.filter((one) => isReady(of, one)).length >= productsWanted,
      show: () => <ProductsStep of={of} />,
    },
    {
      title: words.cabinet,
      done: cabinet !== undefined,
      show: () => <CabinetStep of={of} onDone={onDone} />,
    },
    {
      title: words.cameras,
      done: standard || planograms.length > 0,
      show: () => <CamerasStep of={of} onStandard={onStandard} />,
    },
    { title: words.planogram, done: published, show: () => <LayoutStep of={of} /> },
    {
      title: words.provision,
      done: met,
      show: () => cabinet && <Provision cabinet={cabinet} onLook={onDone} />,
    },
    { title: words.restock, done: applied, show: () => <RestockStep of={of} /> },
    { title: words.sale, done: false, show: () => <SaleStep of={of} /> },
  ];
  return list;
}

function Steps({ of, onDone }: { of: State; onDone: () => Promise<void> }): JSX.Element {
  const words = said.value.steps;
  const standard = useDraft("steps.standard", false);
  const [open, setOpen] = useState<number>();
  const list = stepsOf(of, standard.value, () => (standard.value = true), onDone);
  const next = list.findIndex((one) => !one.done);
  useEffect(() => setOpen(undefined), [next]);
  const shown = open ?? next;
  const done = list.filter((one) => one.done).length;
  return (
    <>
      <div class="stack-tight">
        <span class="small soft" role="status">
          {words.done(done, list.length)}
        </span>
        <progress class="steps-bar" value={done} max={list.length} aria-label={words.title} />
      </div>
      <ol class="step-list">
        {list.map((one, index) => (
          <li key={one.title} class={one.done ? "step done" : "step"}>
            <button
              type="button"
              class="step-head"
              aria-expanded={shown === index}
              onClick={() => setOpen(shown === index ? -1 : index)}
            >
              <span class="step-mark" aria-hidden="true">
                {one.done ? <Icon name="check" /> : index + 1}
              </span>
              <span class="grow">{one.title}</span>
              <span class="small soft">
                {one.done ? words.ticked : index === next ? words.now : words.later}
              </span>
            </button>
            {shown === index && <div class="step-body stack">{one.show()}</div>}
          </li>
        ))}
      </ol>
    </>
  );
}
