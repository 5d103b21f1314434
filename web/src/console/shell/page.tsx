// The frame of a section's page: its title, where it belongs, what can be done, its matter.
import { useEffect } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import { Link } from "wouter-preact";
import { Icon } from "@shared/ui/icons";
import { said } from "../strings";

export interface Crumb {
  href: string;
  words: string;
}

export function Page({
  title,
  crumbs = [],
  badge,
  acts,
  wide = false,
  children,
}: {
  title: string;
  crumbs?: readonly Crumb[]; // What it lies under.
  badge?: ComponentChildren; // Beside the title.
  acts?: ComponentChildren; // Buttons at its end.
  wide?: boolean; // Uses the whole width: lists and players.
  children: ComponentChildren;
}): JSX.Element {
  useEffect(() => {
    document.title = `${title} · tally`;
  }, [title]);
  return (
    <div class={wide ? "page wide" : "page"}>
      <header class="page-head">
        <div class="grow stack-tight">
          {crumbs.length > 0 && (
            <nav class="crumbs" aria-label={said.value.breadcrumb}>
              {crumbs.map((one) => (
                <span key={one.href}>
                  <Link href={one.href}>{one.words}</Link>
                  <Icon name="chevron" />
                </span>
              ))}
            </nav>
          )}
          <div class="row">
            <h1>{title}</h1>
            {badge}
          </div>
        </div>
        {acts && <div class="row page-acts">{acts}</div>}
      </header>
      {children}
    </div>
  );
}
