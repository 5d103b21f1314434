// Dialogs in which sites and cabinets are made and changed, and a device is linked.
import { useSignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import { useLocation } from "wouter-preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { once } from "@shared/api/once";
import { problemOf, type Problem } from "@shared/api/problem";
import { useResource } from "@shared/api/resource";
import { words as allWords } from "@shared/strings";
import { timeOnly } from "@shared/time";
import { Button, ButtonLink } from "@shared/ui/button";
import { Dialog } from "@shared/ui/dialog";
import { SelectField, TextField } from "@shared/ui/field";
import { Loaded, Notice, ProblemNotice, Skeleton } from "@shared/ui/states";
import { tell } from "@shared/ui/toast";
import { everything, pageQuery, type Cabinet, type Fleet, type Site } from "../data";
import { said } from "./strings";

type Market = Schemas["Market"];

const zones = (): string[] =>
  (Intl as { supportedValuesOf?: (what: string) => string[] }).supportedValuesOf?.("timeZone") ?? [];
const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

// A dialog that is a form: Enter sends it, what is wrong is told in it.
function FormDialog({
  title,
  onSend,
  onClose,
  sendable = true,
  children,
}: {
  title: string;
  onSend: () => Promise<void>;
  onClose: () => void;
  sendable?: boolean;
  children: ComponentChildren;
}): JSX.Element {
  const common = allWords.value.common;
  const [problem, setProblem] = useState<Problem>();
  const [working, setWorking] = useState(false);
  const send = async () => {
    setWorking(true);
    setProblem(undefined);
    try {
      await onSend();
    } catch (thrown) {
      setProblem(problemOf(thrown));
    }
    setWorking(false);
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        class="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        {children}
        {problem && <ProblemNotice problem={problem} />}
        <div class="acts">
          <Button onPress={onClose}>{common.cancel}</Button>
          {sendable && (
            <Button kind="primary" type="submit" working={working} busy={common.saving}>
              {common.save}
            </Button>
          )}
        </div>
      </form>
    </Dialog>
  );
}

function degrees(text: string, most: number): number | null | undefined {
  if (text.trim() === "") return null;
  const value = Number(text.trim().replace(",", "."));
  return Number.isFinite(value) && Math.abs(value) <= most ? value : undefined;
}

export function SiteDialog({ site, onClose }: { site?: Site; onClose: () => void }): JSX.Element {
  const words = said.value;
  const name = useSignal(site?.name ?? "");
  const address = useSignal(site?.address ?? "");
  const latitude = useSignal(site?.latitude?.toString() ?? "");
  const longitude = useSignal(site?.longitude?.toString() ?? "");
  const zone = useSignal(site?.time_zone ?? ownZone());
  const [wrong, setWrong] = useState({ name: "", place: "" });

  const send = async () => {
    const place = [degrees(latitude.value, 90), degrees(longitude.value, 180)] as const;
    const [lat, long] = place;
    const isPair = lat !== undefined && long !== undefined && (lat === null) === (long === null);
    const found = {
      name: name.value.trim() ? "" : words.nameMissing,
      place: isPair ? "" : words.coordinatesWrong,
    };
    setWrong(found);
    if (found.name || found.place || lat === undefined || long === undefined) return;
    const body = {
      name: name.value.trim(),
      address: address.value.trim(),
      latitude: lat,
      longitude: long,
      time_zone: zone.value.trim(),
    };
    if (site) {
      await ask(api.PATCH("/v1/sites/{id}", { params: { path: { id: site.id } }, body }));
    } else {
      await once("site", (key) =>
        ask(api.POST("/v1/sites", { params: { header: { "Idempotency-Key": key } }, body })),
      );
    }
    tell(words.siteSaved);
    onClose();
  };

  return (
    <FormDialog title={site ? words.editSite : words.addSite} onSend={send} onClose={onClose}>
      <TextField label={words.name} value={name} wrong={wrong.name} input={{ autofocus: true }} />
      <TextField label={words.address} value={address} />
      <div class="pair">
        <TextField label={words.latitude} value={latitude} input={{ inputMode: "decimal" }} />
        <TextField label={words.longitude} value={longitude} input={{ inputMode: "decimal" }} />
      </div>
      <p class={wrong.place ? "wrong small" : "soft small"} role={wrong.place ? "alert" : undefined}>
        {wrong.place || words.coordinatesHint}
      </p>
      <TextField label={words.zone} hint={words.zoneHint} value={zone} input={{ list: "zones" }} />
      <datalist id="zones">
        {zones().map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </FormDialog>
  );
}

function useMarkets() {
  return useResource<Market[]>("markets", () =>
    everything<Market>((limit, after) =>
      ask(api.GET("/v1/markets", { params: { query: pageQuery(limit, after) } })),
    ),
  );
}

// Makes a cabinet, or changes one.
export function NewCabinetDialog({
  fleet,
  cabinet,
  onClose,
}: {
  fleet: Fleet;
  cabinet?: Cabinet;
  onClose: () => void;
}): JSX.Element {
  const words = said.value;
  const markets = useMarkets();
  const name = useSignal(cabinet?.name ?? "");
  const [site, setSite] = useState<string>(cabinet?.site ?? fleet.sites[0]?.id ?? "");
  const [market, setMarket] = useState<string>(cabinet?.market ?? "");
  const [wrong, setWrong] = useState("");
  const [, go] = useLocation();
  if (fleet.sites.length === 0) return <SiteDialog onClose={onClose} />;
  const chosenMarket = market || markets.value?.[0]?.id || "";

  const send = async () => {
    setWrong(name.value.trim() ? "" : words.nameMissing);
    if (!name.value.trim()) return;
    const body = { name: name.value.trim(), site, market: chosenMarket };
    if (cabinet) {
      await ask(api.PATCH("/v1/cabinets/{id}", { params: { path: { id: cabinet.id } }, body }));
      tell(words.cabinetSaved);
      return onClose();
    }
    const made = await once("cabinet", (key) =>
      ask(api.POST("/v1/cabinets", { params: { header: { "Idempotency-Key": key } }, body })),
    );
    tell(words.cabinetMade);
    go(`/console/fleet/${made.id}`);
  };

  return (
    <FormDialog
      title={cabinet ? words.editCabinet : words.addCabinet}
      onSend={send}
      onClose={onClose}
      sendable={(markets.value?.length ?? 0) > 0}
    >
      <Loaded of={markets}>
        {(all) =>
          all.length === 0 ? (
            <Notice kind="warn" title={words.marketNone}>
              <ButtonLink href="/console/markets">{words.toMarkets}</ButtonLink>
            </Notice>
          ) : (
            <div class="stack">
              <TextField
                label={words.name}
                value={name}
                wrong={wrong}
                input={{ autofocus: true }}
              />
              <SelectField
                label={words.site}
                value={site}
                choices={fleet.sites.map((one) => ({ value: one.id as string, words: one.name }))}
                onChange={setSite}
              />
              <SelectField
                label={words.market}
                value={chosenMarket}
                choices={all.map((one) => ({
                  value: one.id as string,
                  words: `${one.name} (${one.currency})`,
                }))}
                onChange={setMarket}
              />
            </div>
          )
        }
      </Loaded>
    </FormDialog>
  );
}

// A new code each time it is opened.
export function LinkDialog({
  cabinet,
  onClose,
}: {
  cabinet: Cabinet;
  onClose: () => void;
}): JSX.Element {
  const words = said.value;
  const [code, setCode] = useState<Schemas["ProvisioningCode"]>();
  const [problem, setProblem] = useState<Problem>();
  const make = () => {
    setProblem(undefined);
    const params = { path: { id: cabinet.id } };
    return ask(api.POST("/v1/cabinets/{id}/provisioning_codes", { params })).then(
      setCode,
      (thrown: unknown) => setProblem(problemOf(thrown)),
    );
  };
  useEffect(() => void make(), []);
  const command =
    code && `tally device provision --server ${location.origin} --code ${code.code}`;
  return (
    <Dialog title={words.linkTitle} onClose={onClose}>
      <p>{words.linkTodo}</p>
      {problem && <ProblemNotice problem={problem} onRetry={make} />}
      {!command && !problem && <Skeleton lines={2} />}
      {command && code && (
        <>
          <code class="mono command">{command}</code>
          <div class="row-between">
            <span class="small soft">{words.linkUntil(timeOnly(code.expires_at))}</span>
            <Button
              icon="copy"
              onPress={async () => {
                await navigator.clipboard.writeText(command);
                tell(words.linkCopied);
              }}
            >
              {allWords.value.common.copy}
            </Button>
          </div>
        </>
      )}
    </Dialog>
  );
}
