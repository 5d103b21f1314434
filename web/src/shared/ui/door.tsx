// A cabinet, drawn: its door closed, unlocked, or open.
import type { JSX } from "preact";

export type DoorLook = "closed" | "unlocked" | "open";

const shelves = [30, 58, 86, 114];
const goods = [
  [18, 12, "var(--info)"],
  [33, 16, "var(--warn)"],
  [52, 11, "var(--accent)"],
  [66, 14, "var(--danger)"],
] as const;

export function DoorPicture({ look, label }: { look: DoorLook; label: string }): JSX.Element {
  return (
    <svg class={`door ${look}`} viewBox="0 0 140 160" role="img" aria-label={label}>
      <rect class="door-body" x="6" y="4" width="88" height="146" rx="8" />
      <rect class="door-inside" x="12" y="12" width="76" height="122" rx="3" />
      {shelves.map((y, row) => (
        <g key={y}>
          <path class="door-shelf" d={`M12 ${y}h76`} />
          {goods.map(([x, width, colour], index) => {
            const height = 13 + ((row * 3 + index * 5) % 7);
            return (
              <rect
                key={x}
                x={x}
                y={y - height}
                width={width}
                height={height}
                rx="2"
                style={{ fill: colour }}
                class="door-good"
              />
            );
          })}
        </g>
      ))}
      <path class="door-leaf" d="M12 12h76v122H12z" />
      <path class="door-leaf-open" d="M88 12l36-8v140l-36-10z" />
      <path class="door-handle" d="M20 64v24" />
      <circle class="door-light" cx="50" cy="142" r="3" />
      <path class="door-feet" d="M16 150v6m68-6v6" />
    </svg>
  );
}
