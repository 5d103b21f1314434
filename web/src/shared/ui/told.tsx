// A sentence of the server's or a cabinet's, in the page's language where it is known; what is not
// is English, and says so to whoever reads it aloud.
import type { JSX } from "preact";
import { troubles } from "../strings/troubles";

export function Told({ text, class: name }: { text: string; class?: string }): JSX.Element {
  return (
    <span class={name} {...(troubles.knows(text) ? {} : { lang: "en" })}>
      {troubles.in(text)}
    </span>
  );
}
