// The side: sections by group; below them who is here, look and language. On a phone it lies in a
// drawer behind the menu's button.
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { Link, useLocation } from "wouter-preact";
import { me, signOut } from "@shared/api/me";
import { isTest } from "@shared/page";
import { words } from "@shared/strings";
import { Button } from "@shared/ui/button";
import { LanguageChoice, ThemeChoice } from "@shared/ui/choices";
import { Icon } from "@shared/ui/icons";
import { liveState } from "../live";
import { may } from "../roles";
import { groupIds, pathOf, sections, type Section } from "../sections";
import { said } from "../strings";
import { Mark } from "./mark";
import { PasswordDialog } from "./password";

export function Navigation({
  onGo,
  onHelp,
}: {
  onGo: () => void;
  onHelp: () => void;
}): JSX.Element {
  const text = said.value;
  const [password, setPassword] = useState(false);
  return (
    <>
      <Link href="/console" class="brand" onClick={onGo}>
        <Mark />
        <span>tally</span>
      </Link>
      {isTest && (
        <p class="test-mode small">
          <span class="badge warn">{text.testMode}</span> {text.testModeWords}
        </p>
      )}
      <nav aria-label={text.navigation} class="sections">
        {groupIds.map((group) => (
          <SectionGroup
            key={group}
            title={text.groups[group]}
            of={sections.filter((one) => one.group === group && may(one.role))}
            onGo={onGo}
          />
        ))}
      </nav>
      <div class="nav-foot stack-tight">
        <div class="live small soft" data-state={liveState.value} role="status">
          <i />
          {liveState.value === "late" ? text.late : text.live}
        </div>
        <ThemeChoice />
        <LanguageChoice />
        <div class="row-between">
          <div class="who grow">
            <b class="clip">{me.value?.name ?? me.value?.email ?? me.value?.id}</b>
            <span class="small soft">{me.value && text.roles[me.value.role]}</span>
          </div>
          <Button
            kind="quiet"
            icon="key"
            label={text.password.title}
            onPress={() => setPassword(true)}
          />
          <Button kind="quiet" icon="help" label={text.keys.open} onPress={onHelp} />
          <Button kind="quiet" icon="logout" label={words.value.common.signOut} onPress={signOut} />
        </div>
      </div>
      {password && <PasswordDialog onClose={() => setPassword(false)} />}
    </>
  );
}

function SectionGroup({
  title,
  of,
  onGo,
}: {
  title: string;
  of: readonly Section[];
  onGo: () => void;
}): JSX.Element | null {
  const [path] = useLocation();
  if (of.length === 0) return null;
  return (
    <div class="section-group">
      <h2>{title}</h2>
      <ul>
        {of.map((one) => {
          const here = path === pathOf(one.id) || path.startsWith(`${pathOf(one.id)}/`);
          return (
            <li key={one.id}>
              <Link
                href={pathOf(one.id)}
                aria-current={here ? "page" : undefined}
                onClick={onGo}
                onPointerEnter={() => void one.load().catch(() => undefined)}
              >
                <Icon name={one.icon} />
                {said.value.sections[one.id]}
              </Link>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
