// The frame of every page of the wallet: a bar with the way back, one column.
import { useEffect } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import { Link } from "wouter-preact";
import { me } from "@shared/api/me";
import { words } from "@shared/strings";
import { Icon } from "@shared/ui/icons";

export function Frame({
  title,
  back,
  named = false,
  children,
}: {
  title: string;
  named?: boolean; // Shown in the bar, where the page's heading is another.
  back?: string; // Where the arrow leads; without it, the page is the first.
  children: ComponentChildren;
}): JSX.Element {
  useEffect(() => {
    document.title = `${title} · tally`;
  }, [title]);
  const said = words.value;
  return (
    <div class="wallet">
      <header class="bar">
        {back ? (
          <Link href={back} class="bar-button" aria-label={said.common.back}>
            <Icon name="back" />
          </Link>
        ) : (
          <Link href="/wallet" class="brand">
            <Mark />
            <span>tally</span>
          </Link>
        )}
        {named && <span class="bar-title">{title}</span>}
        {!back && me.value !== undefined && (
          <Link href="/wallet/account" class="bar-button" aria-label={said.wallet.home.account}>
            <Icon name="person" />
          </Link>
        )}
        {back && <span class="bar-button" />}
      </header>
      <main class="column">{children}</main>
    </div>
  );
}

// Four strokes and one across.
function Mark(): JSX.Element {
  return (
    <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="var(--accent)" />
      <path
        d="M9 9v14M14 9v14M19 9v14M24 9v14M6 21 27 11"
        stroke="var(--on-accent)"
        stroke-width="2.2"
        stroke-linecap="round"
      />
    </svg>
  );
}
