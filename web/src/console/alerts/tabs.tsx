// The parts of the section, for those who may see both.
import type { JSX } from "preact";
import { Tabs } from "../manage/tabs";
import { may } from "../roles";
import { said } from "./words";

export function AlertTabs(): JSX.Element | null {
  const words = said.value;
  if (!may("owner")) return null;
  return (
    <Tabs
      label={words.parts}
      of={[
        { href: "/console/alerts", words: words.title },
        { href: "/console/alerts/work", words: words.work.title },
      ]}
    />
  );
}
