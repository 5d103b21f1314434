// Parts of a section side by side, each at its own address.
import type { JSX } from "preact";
import { Link, useLocation } from "wouter-preact";

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
