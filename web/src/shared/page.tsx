// How every page starts: its look, then its root in place of the words that were there while it
// loaded.
import { render, type ComponentChildren, type VNode } from "preact";
import "./theme";
import { OfflineBanner } from "./ui/states";
import { Toasts } from "./ui/toast";

// The server says whether it runs a demo: then test cards work, and where letters go is told.
export const isDemo = document.documentElement.dataset["demo"] === "yes";

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
