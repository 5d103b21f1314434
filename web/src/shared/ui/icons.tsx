// Line icons of 24 x 24, drawn here. They are decoration: what they mean stands beside them, or in
// the label of what they are in.
import type { JSX } from "preact";

const paths = {
  alert:
    "M12 8v5m0 3.5v.01M10.3 3.9 2.2 18a2 2 0 0 0 1.7 3h16.2a2 2 0 0 0 1.7-3L13.7 3.9a2 2 " +
    "0 0 0-3.4 0Z",
  arrow: "M5 12h14m-6-6 6 6-6 6",
  back: "M19 12H5m6 6-6-6 6-6",
  bank: "M3 10h18L12 4 3 10Zm2 0v8m4.7-8v8m4.6-8v8M19 10v8M3 20h18",
  bell: "M6 9a6 6 0 1 1 12 0c0 6 2 7 2 7H4s2-1 2-7Zm4 10a2 2 0 0 0 4 0",
  box: "m3 8 9-5 9 5v8l-9 5-9-5V8Zm0 0 9 5 9-5m-9 5v8",
  camera:
    "M4 7h3l2-3h6l2 3h3a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V8a1 1 0 0 1 " +
    "1-1Zm8 10a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z",
  card: "M3 6h18v12H3V6Zm0 4h18M7 15h3",
  chart: "M4 4v16h16M8 16v-4m4 4V8m4 8v-6",
  check: "m5 13 4.5 4.5L19 7",
  chevron: "m9 5 7 7-7 7",
  clock: "M12 7v5l3 2m6-2a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z",
  close: "M6 6l12 12M18 6 6 18",
  cloud: "M3 3l18 18M9 6.5A6 6 0 0 1 17.7 11 4.5 4.5 0 0 1 20 18.4M6.3 9.6A5 5 0 0 0 7 19h9",
  copy: "M9 9h11v11H9V9ZM5 15H4V4h11v1",
  door: "M6 21V3h12v18M4 21h16M14.5 12v.01",
  download: "M12 4v11m-5-5 5 5 5-5M4 20h16",
  edit: "m4 20 1-4L16 5l3 3L8 19l-4 1Z",
  fridge: "M6 2h12v20H6V2Zm0 8h12M9 5.5v2M9 13v3",
  gear:
    "M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm7-3 2 1.5-2 3.5-2.4-1-2 1.2L14 " +
    "21h-4l-.6-2.8-2-1.2-2.4 1-2-3.5L5 12 3 10.5 5 7l2.4 1 2-1.200L10 4h4l.6 2.8 2 1.2 " +
    "2.4-1 2 3.500L19 12Z",
  help:
    "M12 17v.01M9.5 9.500a2.5 2.5 0 1 1 3.5 2.300c-.7.3-1 .8-1 1.700m9-1.500a9 9 0 1 " +
    "1-18 0 9 9 0 0 1 18 0Z",
  info: "M12 11v5m0-8v.01M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z",
  key: "M8 19a4 4 0 1 1 3.5-6H21v3h-2v2h-3v-2h-4.500A4 4 0 0 1 8 19Zm0-4v.01",
  list: "M8 6h12M8 12h12M8 18h12M4 6v.01M4 12v.01M4 18v.01",
  lock: "M6 11h12v9H6v-9Zm2 0V8a4 4 0 0 1 8 0v3",
  logout: "M15 4h4v16h-4M10 8l-4 4 4 4m-4-4h10",
  mail: "M3 6h18v12H3V6Zm0 1 9 6 9-6",
  map: "m3 6 6-2 6 2 6-2v14l-6 2-6-2-6 2V6Zm6-2v14m6-12v14",
  minus: "M5 12h14",
  next: "M6 5v14l9-7-9-7Zm12 0v14",
  pause: "M8 5v14m8-14v14",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-8 9c0-4 3.6-6 8-6s8 2 8 6",
  previous: "M18 5v14l-9-7 9-7ZM6 5v14",
  play: "M7 4.500v15l12-7.5-12-7.500Z",
  plus: "M12 5v14M5 12h14",
  receipt: "M5 3v18l2.3-1.500L9.7 21l2.3-1.5 2.3 1.5 2.4-1.500L19 21V3H5Zm4 5h6m-6 4h6",
  reload: "M20 11a8 8 0 1 0-2.3 6.300M20 5v6h-6",
  scan: "M4 8V4h4m8 0h4v4m0 8v4h-4m-8 0H4v-4m0-4h16",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 5 5",
  shelf: "M4 3v18M20 3v18M4 9h16M4 16h16M7 9V6h3v3m4 7v-4h3v4",
  tag: "M3 12V4h8l10 10-8 7L3 12Zm5-3v.01",
  temperature: "M10 13V5a2 2 0 1 1 4 0v8a4.5 4.5 0 1 1-4 0Zm2-3v6",
  truck:
    "M3 6h11v10H3V6Zm11 4h4l3 3v3h-7m-5 3a2 2 0 1 0 0-4 2 2 0 0 0 0 4Zm9 0a2 2 0 1 0 0-4 " +
    "2 2 0 0 0 0 4Z",
  undo: "M8 4 4 8l4 4M4 8h10a5 5 0 0 1 0 11H8",
  unlock: "M6 11h12v9H6v-9Zm2 0V8a4 4 0 0 1 7.7-1.5",
  video: "M3 6h12v12H3V6Zm12 5 6-3v8l-6-3",
  webhook: "M12 7a3 3 0 1 0-3 3l-3 6m6 1h7a3 3 0 1 0-3-4l-3-6M6 16a2 2 0 1 0 2 2h3",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, class: more }: { name: IconName; class?: string }): JSX.Element {
  return (
    <svg
      class={more ? `icon ${more}` : "icon"}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}
