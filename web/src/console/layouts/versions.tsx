// All versions of a cabinet's layout, newest first.
import type { JSX } from "preact";
import { Badge, Time } from "@shared/ui/texts";
import { useSites, zoneOf } from "../manage/things";
import type { Shown } from "./layout_page";
import { stateKinds, type Planogram } from "./layouts_page";
import { said } from "./words";

const whenOf = (one: Planogram): string | null =>
  one.ended_at ?? one.applied_at ?? one.published_at;

export function Versions({ of }: { of: Shown }): JSX.Element | null {
  const words = said.value;
  const sites = useSites();
  const zone = zoneOf(of.cabinet.id, [of.cabinet], sites.value);
  if (of.planograms.length === 0) return null;
  return (
    <section class="card stack" aria-label={words.history}>
      <h2>{words.history}</h2>
      <ul class="stack-tight">
        {of.planograms.map((one) => {
          const at = whenOf(one);
          return (
            <li class="row-between" key={one.id}>
              <span>
                {words.version(one.version)}{" "}
                {at && (
                  <span class="small soft">
                    <Time at={at} {...(zone && { zone })} />
                  </span>
                )}
              </span>
              <Badge kind={stateKinds[one.state]} words={words.states[one.state]} />
            </li>
          );
        })}
      </ul>
    </section>
  );
}
