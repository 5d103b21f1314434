// One chart over days, drawn by uPlot in the page's colours, and the same numbers as a table for
// those who can't see it.
import { useEffect, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { locale } from "@shared/language";
import { theme } from "@shared/theme";
import { Table } from "@shared/ui/table";
import { said } from "./words";

export interface Line {
  name: string;
  values: readonly (number | null)[];
  color: "accent" | "info" | "warn" | "danger";
}

const height = 190;
const wideMin = 200;

const tone = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

function optionsOf(
  lines: readonly Line[],
  bars: boolean,
  zone: string,
  write: (value: number) => string,
  width: number,
): uPlot.Options {
  const axis = {
    stroke: tone("ink-soft"),
    font: "12px system-ui, sans-serif",
    grid: { stroke: tone("line"), width: 1 },
    ticks: { show: false },
  };
  const day = new Intl.DateTimeFormat(locale(), { timeZone: zone, day: "numeric", month: "short" });
  return {
    width,
    height,
    legend: { show: lines.length > 1, live: false },
    cursor: { y: false, points: { size: 6 } },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone),
    scales: { x: { time: true }, y: { range: (_, low, high) => [Math.min(0, low), high || 1] } },
    axes: [
      {
        ...axis,
        size: 28,
        grid: { show: false },
        values: (_, at) => at.map((one) => day.format(one * 1000)),
      },
      { ...axis, size: 76, values: (_, at) => at.map(write) },
    ],
    series: [
      {},
      ...lines.map((line) => ({
        label: line.name,
        stroke: tone(line.color),
        width: 2,
        spanGaps: false,
        ...(bars
          ? {
              fill: tone(line.color),
              paths: uPlot.paths.bars?.({ size: [0.7, 40] }) ?? null,
              points: { show: false },
            }
          : { points: { show: true, size: 5 } }),
      })),
    ],
  } as uPlot.Options;
}

export function Chart({
  title,
  days,
  lines,
  zone,
  write,
  bars = false,
}: {
  title: string;
  days: readonly string[];
  lines: readonly Line[];
  zone: string;
  write: (value: number) => string;
  bars?: boolean;
}): JSX.Element {
  const words = said.value;
  const room = useRef<HTMLDivElement>(null);
  const [dark, setDark] = useState(false);
  const some = lines.some((line) => line.values.some((one) => one !== null));
  const last = [...(lines[0]?.values ?? [])].reverse().find((one) => one !== null);
  useEffect(() => {
    const query = matchMedia("(prefers-color-scheme: dark)");
    const look = () => setDark(query.matches);
    query.addEventListener("change", look);
    return () => query.removeEventListener("change", look);
  }, []);
  useEffect(() => {
    const place = room.current;
    if (!place || !some) return undefined;
    const x = days.map((one) => Date.parse(one) / 1000);
    const width = () => Math.max(wideMin, place.clientWidth);
    const data = [x, ...lines.map((line) => [...line.values])] as uPlot.AlignedData;
    const plot = new uPlot(optionsOf(lines, bars, zone, write, width()), data, place);
    const watch = new ResizeObserver(() => plot.setSize({ width: width(), height }));
    watch.observe(place);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [days, lines, zone, theme.value, dark, some]);
  return (
    <figure class="card chart">
      <figcaption>
        <h2>{title}</h2>
      </figcaption>
      {some ? (
        <>
          <div
            ref={room}
            class="chart-room"
            role="img"
            aria-label={words.chartOf(title, last == null ? words.nothing : write(last))}
          />
          <details>
            <summary class="small soft">
              {words.tableWords} <span class="unseen">{title}</span>
            </summary>
            <ChartTable {...{ title, days, lines, zone, write }} />
          </details>
        </>
      ) : (
        <p class="chart-nothing soft">{words.noData}</p>
      )}
    </figure>
  );
}

function ChartTable({
  title,
  days,
  lines,
  zone,
  write,
}: {
  title: string;
  days: readonly string[];
  lines: readonly Line[];
  zone: string;
  write: (value: number) => string;
}): JSX.Element {
  const words = said.value;
  const format = new Intl.DateTimeFormat(locale(), { timeZone: zone, dateStyle: "medium" });
  const rows = days.map((day, index) => ({ day, index })).reverse();
  return (
    <Table
      caption={words.asTable(title)}
      rows={rows}
      keyOf={(one) => one.day}
      columns={[
        { head: words.day, cell: (one) => format.format(new Date(one.day)) },
        ...lines.map((line) => ({
          head: line.name,
          cell: (one: { index: number }) => {
            const value = line.values[one.index];
            return value == null ? "–" : write(value);
          },
          end: true,
        })),
      ]}
    />
  );
}
