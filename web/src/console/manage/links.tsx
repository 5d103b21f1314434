// A thing by its id, as a link to where the console shows it.
import type { ComponentChildren, JSX } from "preact";
import { Link } from "wouter-preact";

const pages: Record<string, string> = {
  pop: "/console/fleet/",
  ses: "/console/sessions/",
  rev: "/console/review/",
  dsp: "/console/disputes/",
  pay: "/console/money/payments?payment=",
  prd: "/console/products/",
  mkt: "/console/markets/",
};

export function ThingLink({
  id,
  children,
}: {
  id: string;
  children?: ComponentChildren;
}): JSX.Element {
  const page = pages[id.slice(0, 3)];
  const words = children ?? <span class="mono">{shortId(id)}</span>;
  return page ? (
    <Link href={page + id} title={id}>
      {words}
    </Link>
  ) : (
    <span title={id}>{words}</span>
  );
}

// "ses_…v6xq": enough to tell two of one list apart.
export const shortId = (id: string): string => `${id.slice(0, 4)}…${id.slice(-6)}`;
