// The choice of a role, with what it may.
import type { Signal } from "@preact/signals";
import type { JSX } from "preact";
import { SelectField } from "@shared/ui/field";
import type { Schemas } from "@shared/api/client";
import { Tabs } from "../manage/tabs";
import { said } from "./words";

export type UserRole = Schemas["User"]["role"];

const roles: readonly UserRole[] = ["viewer", "restocker", "reviewer", "operator", "owner"];

export const roleOf = (value: string): UserRole => roles.find((one) => one === value) ?? "viewer";

export function RoleField({ value }: { value: Signal<string> }): JSX.Element {
  const words = said.value;
  const role = roleOf(value.value);
  return (
    <SelectField
      label={words.role}
      hint={words.roleHints[role]}
      value={role}
      choices={roles.map((one) => ({ value: one, words: words.roles[one] }))}
      onChange={(next) => (value.value = next)}
    />
  );
}

export function PeopleTabs(): JSX.Element {
  const words = said.value;
  return (
    <Tabs
      label={words.parts}
      of={[
        { href: "/console/people", words: words.users },
        { href: "/console/people/keys", words: words.keys },
      ]}
    />
  );
}
