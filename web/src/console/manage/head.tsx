// The head of a page of a section: where it is in, its name, what it is for, what can be done here.
import { useEffect } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import { Link, useLocation } from "wouter-preact";
import { Icon } from "@shared/ui/icons";
import "./style.css";

export function Head({
  title,
  intro,
  back,
  children,
}: {
  title: string;
  intro?: ComponentChildren;
  back?: { href: string; words: string };
  children?: ComponentChildren; // Buttons.
}): JSX.Element {
  useEffect(() => {
    document.title = `${title} · tally`;
  }, [title]);
  return (
    <header class="page-head">
      {back && (
        <Link href={back.href} class="page-back">
          <Icon name="back" />
          {back.words}
        </Link>
      )}
      <div class="page-head-row">
        <h1>{title}</h1>
        {children && <div class="row">{children}</div>}
      </div>
      {intro && <p class="soft">{intro}</p>}
    </header>
  );
}

// Parts of a section side by side, each at its own address.
export function Tabs({
  label,
  of,
}: {
  label: string;
  of: readonly { href: string; words: string }[];
}): JSX.Element {
  const [path] = useLocation();
  return (
    <nav class="tabs" aria-label={label}>
      {of.map((one) => (
        <Link key={one.href} href={one.href} aria-current={path === one.href ? "page" : undefined}>
          {one.words}
        </Link>
      ))}
    </nav>
  );
}
