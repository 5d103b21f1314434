// How every page starts: its look, then its root in place of the words that were there while it
// loaded.
import { render, type ComponentChildren, type VNode } from "preact";
import "./theme";
import { OfflineBanner } from "./ui/states";
import { Toasts } from "./ui/toast";

// The server says how it runs. "test": money is played, and test cards work. "demo": letters are
// printed where it runs, too.
const mode = document.documentElement.dataset["mode"];
export const isDemo = mode === "demo";
export const isTest = isDemo || mode === "test";

export function start(root: VNode | ComponentChildren): void {
  const place = document.getElementById("page");
  if (!place) throw new Error("the page has no #page");
  place.replaceChildren();
  render(
    <>
      <OfflineBanner />
      {root}
      <Toasts />
    </>,
    place,
  );
}
