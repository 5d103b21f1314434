// What each of the first steps asks for, and where it is done.
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { api, ask } from "@shared/api/client";
import { once } from "@shared/api/once";
import { useResource } from "@shared/api/resource";
import { Button, ButtonLink } from "@shared/ui/button";
import { Field, TextField } from "@shared/ui/field";
import { Notice } from "@shared/ui/states";
import { browserZone } from "../manage/days";
import { useFields } from "../manage/draft";
import { Form } from "../manage/form";
import { hasPrice, isReady, type State } from "./first_steps";
import { said } from "./words";

const lookEveryMs = 2500;

const zones = (): string[] =>
  (Intl as unknown as { supportedValuesOf?: (key: string) => string[] }).supportedValuesOf?.(
    "timeZone",
  ) ?? [];

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return name !== "";
  } catch {
    return false;
  }
}

export function SiteStep({ onDone }: { onDone: () => Promise<void> }): JSX.Element {
  const words = said.value.steps;
  const [fields, clear] = useFields("steps.site", { name: "", address: "", zone: browserZone() });
  const send = async () => {
    const name = fields.name.value.trim();
    const address = fields.address.value.trim();
    const body = { name, time_zone: fields.zone.value, ...(address && { address }) };
    await once(`site/${name}`, (key) =>
      ask(api.POST("/v1/sites", { params: { header: { "Idempotency-Key": key } }, body })),
    );
    clear();
    await onDone();
  };
  return (
    <>
      <p>{words.siteWords}</p>
      <Form
        check={() => ({
          name: fields.name.value.trim() ? undefined : words.wrong.name,
          zone: isZone(fields.zone.value) ? undefined : words.wrong.zone,
        })}
        onSend={send}
        send={words.addSite}
      >
        {(wrong) => (
          <>
            <TextField label={words.siteName} wrong={wrong["name"]} value={fields.name} />
            <TextField label={words.siteAddress} value={fields.address} />
            <Field label={words.zone} wrong={wrong["zone"]}>
              {(tied) => (
                <>
                  <input
                    {...tied}
                    class="input"
                    list="step-zones"
                    value={fields.zone.value}
                    onInput={(event) => (fields.zone.value = event.currentTarget.value)}
                  />
                  <datalist id="step-zones">
                    {zones().map((one) => (
                      <option key={one} value={one} />
                    ))}
                  </datalist>
                </>
              )}
            </Field>
          </>
        )}
      </Form>
    </>
  );
}

export function ProductsStep({ of }: { of: State }): JSX.Element {
  const words = said.value.steps;
  const names = (lacks: (one: State["products"][number]) => boolean) =>
    of.products
      .filter(lacks)
      .map((one) => one.name)
      .join(", ");
  const noPhotos = names((one) => one.photos.length === 0);
  const noPrice = names((one) => !hasPrice(of, one));
  const market = of.markets[0];
  return (
    <>
      <p>{words.productsWords(of.products.filter((one) => isReady(of, one)).length)}</p>
      {noPhotos && <Notice kind="warn">{words.withoutPhotos(noPhotos)}</Notice>}
      {noPrice && <Notice kind="warn">{words.withoutPrice(noPrice)}</Notice>}
      <div class="row">
        <ButtonLink kind="primary" icon="plus" href="/console/products/new">
          {words.addProduct}
        </ButtonLink>
        {noPrice && market && (
          <ButtonLink icon="tag" href={`/console/markets/${market.id}`}>
            {words.setPrices}
          </ButtonLink>
        )}
      </div>
    </>
  );
}

export function CabinetStep({
  of,
  onDone,
}: {
  of: State;
  onDone: () => Promise<void>;
}): JSX.Element {
  const words = said.value.steps;
  const [fields, clear] = useFields("steps.cabinet", { name: "" });
  const site = of.sites[0];
  const market = of.markets[0];
  const send = async () => {
    if (!site || !market) return;
    const name = fields.name.value.trim();
    const body = { name, site: site.id, market: market.id };
    await once(`cabinet/${name}`, (key) =>
      ask(api.POST("/v1/cabinets", { params: { header: { "Idempotency-Key": key } }, body })),
    );
    clear();
    await onDone();
  };
  return (
    <>
      <p>{words.cabinetWords}</p>
      <Form
        check={() => ({ name: fields.name.value.trim() ? undefined : words.wrong.name })}
        onSend={send}
        send={words.addCabinet}
        disabled={!site || !market}
      >
        {(wrong) => (
          <TextField label={words.cabinetName} wrong={wrong["name"]} value={fields.name} />
        )}
      </Form>
    </>
  );
}

const layoutOf = (of: State): string => `/console/layouts/${of.cabinet?.id ?? ""}`;

export function CamerasStep({
  of,
  onStandard,
}: {
  of: State;
  onStandard: () => void;
}): JSX.Element {
  const words = said.value.steps;
  return (
    <>
      <p>{words.camerasWords}</p>
      <div class="row">
        <Button kind="primary" onPress={onStandard}>
          {words.camerasStandard}
        </Button>
        {of.cabinet && <ButtonLink href={layoutOf(of)}>{words.camerasOwn}</ButtonLink>}
      </div>
    </>
  );
}

export function LayoutStep({ of }: { of: State }): JSX.Element {
  const words = said.value.steps;
  return (
    <>
      <p>{words.planogramWords}</p>
      {of.cabinet && (
        <div>
          <ButtonLink kind="primary" icon="shelf" href={layoutOf(of)}>
            {words.editLayout}
          </ButtonLink>
        </div>
      )}
    </>
  );
}

export function RestockStep({ of }: { of: State }): JSX.Element {
  const words = said.value.steps;
  return (
    <>
      <p>{words.restockWords}</p>
      {of.cabinet && (
        <div>
          <ButtonLink kind="primary" icon="truck" href={`/console/stock/${of.cabinet.id}/restock`}>
            {words.goRestock}
          </ButtonLink>
        </div>
      )}
    </>
  );
}

// Names of the products in the cabinet that its cameras do not know yet: a sale would go to a
// review. Asked again until there are none; undefined before the first answer.
function useUnknown(of: State): string[] | undefined {
  const applied = of.planograms.find((one) => one.state === "applied");
  const placed = new Set(
    applied?.shelves.flatMap((shelf) => shelf.facings.map((one) => one.product)),
  );
  const products = of.products.filter((one) => placed.has(one.id));
  const unknown = useResource(`steps/unknown/${applied?.id}`, async () => {
    const looked = await Promise.all(
      products.map(({ id }) =>
        ask(api.GET("/v1/products/{id}/enrolment", { params: { path: { id } } })),
      ),
    );
    const waits = looked.filter((one) => one.photos.some((photo) => photo.state === "waiting"));
    return waits.map((one) => products.find((is) => is.id === one.product)?.name ?? "");
  });
  const isLearning = unknown.value?.length !== 0;
  useEffect(() => {
    if (!isLearning) return undefined;
    const timer = setInterval(() => void unknown.reload(), lookEveryMs);
    return () => clearInterval(timer);
  }, [isLearning, applied?.id]);
  return unknown.value;
}

export function SaleStep({ of }: { of: State }): JSX.Element {
  const words = said.value.steps;
  const why = of.cabinet?.closed_reasons ?? [];
  const unknown = useUnknown(of);
  return (
    <>
      <p>{words.saleWords}</p>
      {unknown && unknown.length > 0 && (
        <Notice kind="warn" title={words.learningTitle}>
          {words.learning(unknown.join(", "))}
        </Notice>
      )}
      {of.cabinet?.opens && unknown?.length === 0 && <Notice kind="good">{words.ready}</Notice>}
      {why.length > 0 && (
        <Notice kind="warn" title={words.closed}>
          <ul>
            {why.map((one) => (
              <li key={`${one.code}/${one.words}`}>{one.words}</li>
            ))}
          </ul>
        </Notice>
      )}
    </>
  );
}
