// The keys that work here and now.
import { Fragment } from "preact";
import type { JSX } from "preact";
import { Dialog } from "@shared/ui/dialog";
import { groups, type Shortcut } from "../keys";
import { said } from "../strings";

const names: Record<string, string> = {
  " ": "␣",
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Enter: "⏎",
  Escape: "Esc",
  Backspace: "⌫",
};

function linesOf(keys: readonly Shortcut[]): [string, string[]][] {
  const lines = new Map<string, string[]>();
  for (const one of keys) {
    if (one.words) lines.set(one.words, [...(lines.get(one.words) ?? []), one.key]);
  }
  return [...lines];
}

function Keys({ of }: { of: string }): JSX.Element {
  const parts = of === " " ? [of] : of.split(" ");
  return (
    <>
      {parts.map((part, index) => (
        <Fragment key={index}>
          {index > 0 && <span class="small soft">{said.value.keys.then}</span>}
          <kbd class="key">{names[part] ?? part}</kbd>
        </Fragment>
      ))}
    </>
  );
}

export function KeyHelp({ onClose }: { onClose: () => void }): JSX.Element {
  return (
    <Dialog title={said.value.keys.title} onClose={onClose} class="key-help">
      {[...groups.value].reverse().map((group) => (
        <section key={group.title} class="stack-tight">
          <h3>{group.title}</h3>
          <dl class="keys">
            {linesOf(group.keys()).map(([words, keys]) => (
              <div key={words}>
                <dt>{words}</dt>
                <dd>
                  {keys.map((key) => (
                    <Keys key={key} of={key} />
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
