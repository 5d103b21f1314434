// A table of sessions: short ones whole, long ones only as far as they can be seen. All rows are of
// one height, so that ten thousand scroll as well as ten.
import { useEffect, useRef, useState } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import { useLocation } from "wouter-preact";
import { dateTime } from "@shared/time";
import { Badge, Money } from "@shared/ui/texts";
import { useFleet } from "../data";
import { said } from "./strings";
import { StateBadge, type Session } from "./state";
import "./table.css";

const rowPixels = 44;
const aheadRows = 20;
const wholeUpTo = 30;
const pageTopPixels = 200; // What stands above the rows, at least.

export function SessionTable({
  rows,
  caption,
  ofOne = false,
  onNearEnd,
}: {
  rows: readonly Session[];
  caption: string;
  ofOne?: boolean; // Of one cabinet, whose name is elsewhere.
  onNearEnd?: () => void; // What is below is about to be seen.
}): JSX.Element {
  const words = said.value;
  const fleet = useFleet().value;
  const body = useRef<HTMLTableSectionElement>(null);
  const [begin, end] = useWindow(body, rows.length);
  useEffect(() => {
    if (end >= rows.length) onNearEnd?.();
  }, [end, rows.length]);
  return (
    <div class="table-room">
      <table class={`table sessions-table ${ofOne ? "of-one" : ""}`} aria-rowcount={rows.length + 1}>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">{words.began}</th>
            <th scope="col">{words.cabinet}</th>
            <th scope="col">{words.state}</th>
            <th scope="col" class="spare">
              {words.decision}
            </th>
            <th scope="col" class="spare end">
              {words.items}
            </th>
            <th scope="col" class="end">
              {words.total}
            </th>
          </tr>
        </thead>
        <tbody ref={body}>
          <Space rows={begin} />
          {rows.slice(begin, end).map((one, index) => (
            <Row
              key={one.id}
              of={one}
              index={begin + index + 2}
              cabinet={one.cabinet_name ?? fleet?.cabinet(one.cabinet)?.name ?? one.cabinet}
              zone={fleet?.zoneOf(one.cabinet)}
            />
          ))}
          <Space rows={rows.length - end} />
        </tbody>
      </table>
    </div>
  );
}

const Space = ({ rows }: { rows: number }): JSX.Element | null =>
  rows > 0 ? (
    <tr aria-hidden="true">
      <td colSpan={6} class="space" style={{ height: rows * rowPixels }} />
    </tr>
  ) : null;

function Row({
  of,
  index,
  cabinet,
  zone,
}: {
  of: Session;
  index: number;
  cabinet: ComponentChildren;
  zone: string | undefined;
}): JSX.Element {
  const words = said.value;
  const [, go] = useLocation();
  const href = `/console/sessions/${of.id}`;
  return (
    <tr
      class="goes"
      aria-rowindex={index}
      onClick={(event) => {
        const isPlain = !event.metaKey && !event.ctrlKey && !event.shiftKey;
        if (!isPlain) return;
        event.preventDefault();
        go(href);
      }}
    >
      <td>
        <a href={href}>
          <time dateTime={of.begun_at}>{dateTime(of.begun_at, zone)}</time>
        </a>
      </td>
      <td class="clip">{cabinet}</td>
      <td>
        <span class="marks">
          {of.kind === "restock" && <Badge words={words.kinds.restock} />}
          {!(of.kind === "restock" && of.end === "restocked") && <StateBadge of={of} />}
          {of.disputed && <Badge kind="bad" words={words.disputed} />}
        </span>
      </td>
      <td class="spare">
        {[
          of.decision && words.decisions[of.decision],
          of.review && of.decision !== "review" && words.reviewed,
        ]
          .filter(Boolean)
          .join(" · ")}
      </td>
      <td class="spare end">{of.items || ""}</td>
      <td class="end">{of.total ? <Money of={of.total} /> : ""}</td>
    </tr>
  );
}

const firstRows = (): number => Math.ceil((innerHeight - pageTopPixels) / rowPixels);

// Which rows can be seen, as the page is scrolled.
function useWindow(
  body: { current: HTMLTableSectionElement | null },
  count: number,
): [number, number] {
  const [range, setRange] = useState<[number, number]>([0, firstRows()]);
  useEffect(() => {
    let frame = 0;
    const look = () => {
      frame = 0;
      const top = body.current?.getBoundingClientRect().top ?? 0;
      const first = Math.floor(-top / rowPixels);
      const last = first + Math.ceil(innerHeight / rowPixels);
      // In steps, so that most of scrolling draws nothing.
      const begin = Math.max(0, Math.floor((first - aheadRows) / 10) * 10);
      const end = Math.ceil((last + aheadRows) / 10) * 10;
      setRange((was) => (was[0] === begin && was[1] === end ? was : [begin, end]));
    };
    const soon = () => (frame ||= requestAnimationFrame(look));
    look();
    addEventListener("scroll", soon, { passive: true });
    addEventListener("resize", soon);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener("scroll", soon);
      removeEventListener("resize", soon);
    };
  }, [count > wholeUpTo]);
  if (count <= wholeUpTo) return [0, count];
  return [Math.min(range[0], count), Math.min(range[1], count)];
}
