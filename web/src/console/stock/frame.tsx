// The frame of the three parts, and the list of cabinets with their stock that all of them read.
import type { ComponentChildren, JSX } from "preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { SelectField } from "@shared/ui/field";
import { useEvents } from "../live";
import { usePaged, type Paged } from "../manage/paged";
import { Tabs } from "../manage/tabs";
import { useSites } from "../manage/things";
import { Page } from "../shell/page";
import { said } from "./words";

export type CabinetStock = Schemas["CabinetStock"];
export type ProductStock = Schemas["ProductStock"];
export type Only = "low" | "out" | "bring";

export function Frame({
  acts,
  children,
}: {
  acts?: ComponentChildren;
  children: ComponentChildren;
}): JSX.Element {
  const words = said.value;
  return (
    <Page title={words.title} acts={acts}>
      <Tabs
        label={words.parts}
        of={[
          { href: "/console/stock", words: words.tabs.levels },
          { href: "/console/stock/list", words: words.tabs.list },
          { href: "/console/stock/shrink", words: words.tabs.shrink },
        ]}
      />
      {children}
    </Page>
  );
}

export function useStock(site: string, only?: Only): Paged<CabinetStock> {
  const list = usePaged<CabinetStock>(
    `stock/${site}/${only ?? "all"}`,
    (after) => {
      const query = {
        limit: 50,
        ...(site && { site }),
        ...(only && { only }),
        ...(after && { starting_after: after }),
      };
      return ask(api.GET("/v1/stock", { params: { query } }));
    },
    (one) => one.id,
  );
  useEvents(["stock.", "session.settled", "session.ended"], () => void list.reload(), 2000);
  return list;
}

export const filled = (rows: readonly CabinetStock[]): CabinetStock[] =>
  rows.filter((one) => one.products.length > 0);

export function SiteField({
  value,
  onChange,
}: {
  value: string;
  onChange: (site: string) => void;
}): JSX.Element {
  const words = said.value;
  const sites = useSites();
  return (
    <SelectField
      label={words.site}
      value={value}
      choices={[
        { value: "", words: words.allSites },
        ...(sites.value ?? []).map((one) => ({ value: one.id, words: one.name })),
      ]}
      onChange={onChange}
    />
  );
}
