// Sites on an outline of the world (Natural Earth, public domain), drawn here: no tiles from
// elsewhere. Drag moves, the wheel and the buttons zoom; each site is a link.
import { geoMercator, geoPath } from "d3-geo";
import type { FeatureCollection } from "geojson";
import { useMemo, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import { useLocation } from "wouter-preact";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import atlas from "world-atlas/countries-110m.json";
import { Button } from "@shared/ui/button";
import { useFleet, type Cabinet, type Site } from "../data";
import { chosen, useFleetFilter } from "./fleet_page";
import { said } from "./strings";
import { kinds, wellnessOf, type Wellness } from "./wellness";

const width = 1000;
const height = 560;
const zoomStep = 1.6;
const zoomMax = 400;
const leastSpanDegrees = 6; // One town alone is shown with the lands around it.

const topology = atlas as unknown as Topology<{ countries: GeometryCollection }>;
const antarctica = "010"; // Takes a third of the map, and sells nothing.
const countries = feature(topology, topology.objects.countries) as FeatureCollection;
const land = {
  ...countries,
  features: countries.features.filter((one) => one.id !== antarctica),
};
const borders = mesh(topology, topology.objects.countries, (a, b) => a !== b);

interface View {
  scale: number;
  x: number;
  y: number;
}
const whole: View = { scale: 1, x: 0, y: 0 };

interface Spot {
  site: Site;
  cabinets: Cabinet[];
  worst: Wellness;
}

const severity: readonly Wellness[] = [
  "open",
  "fresh",
  "closed",
  "locked",
  "cameras",
  "warm",
  "offline",
];

const isPlaced = (site: Site): boolean => site.latitude !== null && site.longitude !== null;

function spotsOf(sites: readonly Site[], cabinets: readonly Cabinet[]): Spot[] {
  return sites.filter(isPlaced).map((site) => {
    const here = cabinets.filter((one) => one.site === site.id);
    const states = here.map(wellnessOf);
    const worst = [...severity].reverse().find((one) => states.includes(one)) ?? "fresh";
    return { site, cabinets: here, worst };
  });
}

// Fitted to the sites, and never closer than makes sense with so coarse an outline.
function projectionOf(sites: readonly Site[]) {
  const placed = sites.filter(isPlaced);
  const fitted = geoMercator();
  if (placed.length === 0) return fitted.fitSize([width, height], land);
  const longitudes = placed.map((one) => one.longitude ?? 0);
  const latitudes = placed.map((one) => one.latitude ?? 0);
  const grown = (values: number[], least: number): [number, number] => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const more = Math.max(least - (high - low), 0) / 2 + (high - low) * 0.1;
    return [low - more, high + more];
  };
  const [west, east] = grown(longitudes, leastSpanDegrees * 2);
  const [south, north] = grown(latitudes, leastSpanDegrees);
  const corners = {
    type: "MultiPoint" as const,
    coordinates: [
      [Math.max(west, -180), Math.max(south, -80)],
      [Math.min(east, 180), Math.min(north, 80)],
    ],
  };
  return fitted.fitSize([width, height], corners);
}

export default function FleetMap(): JSX.Element {
  const fleet = useFleet().value;
  const [filter] = useFleetFilter();
  const [, go] = useLocation();
  const [view, setView] = useState<View>(whole);
  const held = useRef<{ x: number; y: number; moved: boolean }>();
  const words = said.value;
  const sites = fleet?.sites ?? [];
  const placeKey = sites.map((one) => `${one.id}${one.latitude}${one.longitude}`).join();
  const projection = useMemo(() => projectionOf(sites), [placeKey]);
  const outline = useMemo(() => {
    const path = geoPath(projection);
    return { land: path(land) ?? "", borders: path(borders) ?? "" };
  }, [projection]);
  const shown = fleet ? chosen(fleet, filter) : [];
  const spots = spotsOf(sites, shown).filter((one) => one.cabinets.length > 0 || !filter.state);
  const unplaced = sites.filter((one) => !isPlaced(one));

  const zoom = (factor: number, at = { x: width / 2, y: height / 2 }) =>
    setView((was) => {
      const scale = Math.min(zoomMax, Math.max(0.02, was.scale * factor));
      const grown = scale / was.scale;
      return { scale, x: at.x - (at.x - was.x) * grown, y: at.y - (at.y - was.y) * grown };
    });
  const placeIn = (event: MouseEvent) => {
    const box = (event.currentTarget as SVGElement).getBoundingClientRect();
    const share = Math.max(width / box.width, height / box.height);
    return {
      x: width / 2 + (event.clientX - box.left - box.width / 2) * share,
      y: height / 2 + (event.clientY - box.top - box.height / 2) * share,
      share,
    };
  };

  return (
    <div class="stack">
      <div class="panel map-room">
        <svg
          viewBox={`0 0 ${width} ${height}`}
          role="group"
          aria-label={words.mapOf}
          onWheel={(event) => {
            event.preventDefault();
            zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, placeIn(event));
          }}
          onPointerDown={(event) => {
            held.current = { x: event.clientX, y: event.clientY, moved: false };
          }}
          onPointerMove={(event) => {
            const from = held.current;
            if (!from || event.buttons === 0) return;
            const { share } = placeIn(event);
            const by = { x: event.clientX - from.x, y: event.clientY - from.y };
            if (!from.moved && Math.hypot(by.x, by.y) < 4) return;
            held.current = { x: event.clientX, y: event.clientY, moved: true };
            setView((was) => ({ ...was, x: was.x + by.x * share, y: was.y + by.y * share }));
          }}
        >
          <g transform={`translate(${view.x} ${view.y}) scale(${view.scale})`} aria-hidden="true">
            <path class="land" d={outline.land} />
            <path class="border" d={outline.borders} style={{ strokeWidth: 1 / view.scale }} />
          </g>
          {spots.map((one) => (
            <Marker
              key={one.site.id}
              spot={one}
              at={at(projection([one.site.longitude ?? 0, one.site.latitude ?? 0]), view)}
              onGo={(href) => !held.current?.moved && go(href)}
            />
          ))}
        </svg>
        <div class="map-acts">
          <Button icon="plus" label={words.zoomIn} onPress={() => zoom(zoomStep)} />
          <Button icon="minus" label={words.zoomOut} onPress={() => zoom(1 / zoomStep)} />
          <Button icon="map" label={words.zoomAll} onPress={() => setView(whole)} />
        </div>
      </div>
      {unplaced.length > 0 && (
        <div class="panel">
          <h2>{words.noPlace}</h2>
          <div class="panel-body stack-tight">
            <p class="soft">{words.noPlaceTodo}</p>
            <ul class="stack-tight">
              {unplaced.map((one) => (
                <li key={one.id}>{one.name}</li>
              ))}
            </ul>
          </div>
        </div>
      )}
    </div>
  );
}

function at(point: [number, number] | null, view: View): { x: number; y: number } {
  const [x, y] = point ?? [0, 0];
  return { x: x * view.scale + view.x, y: y * view.scale + view.y };
}

function Marker({
  spot,
  at: { x, y },
  onGo,
}: {
  spot: Spot;
  at: { x: number; y: number };
  onGo: (href: string) => void;
}): JSX.Element {
  const words = said.value;
  const count = spot.cabinets.length;
  const only = count === 1 ? spot.cabinets[0] : undefined;
  const href = only ? `/console/fleet/${only.id}` : `/console/fleet?site=${spot.site.id}`;
  const label = `${spot.site.name}: ${words.cabinets(count)}, ${words.wellness[spot.worst]}`;
  return (
    <g transform={`translate(${x} ${y})`}>
      <a
        href={href}
        class={`marker ${kinds[spot.worst]}`}
        aria-label={label}
        onClick={(event) => {
          event.preventDefault();
          onGo(href);
        }}
      >
        <title>{label}</title>
        <circle r={count > 1 ? 16 : 11} />
        <text dy="0.35em">{count > 1 ? count : ""}</text>
        <text class="name" y={count > 1 ? 32 : 27}>
          {spot.site.name}
        </text>
      </a>
    </g>
  );
}
