// While nothing was ever sold, every page leads back to the first steps.
import type { JSX } from "preact";
import { useLocation } from "wouter-preact";
import { ButtonLink } from "@shared/ui/button";
import { useSold } from "../data";
import { pathOf } from "../sections";
import { said } from "../strings";

export function LeadBack(): JSX.Element | null {
  const [path] = useLocation();
  const sold = useSold();
  const overview = pathOf("overview");
  if (sold !== false || path.startsWith(overview)) return null;
  const words = said.value.leadBack;
  return (
    <aside class="lead-back row-between" aria-label={words.label}>
      <span class="soft">{words.words}</span>
      <ButtonLink icon="check" href={overview}>
        {words.go}
      </ButtonLink>
    </aside>
  );
}
