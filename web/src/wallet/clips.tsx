// The clips that show a line: one large, the other cameras' views a tap away.
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { words } from "@shared/strings";

export function Clips({
  receipt,
  line,
  count,
  name,
}: {
  receipt: string;
  line: number;
  count: number;
  name: string;
}): JSX.Element | null {
  const said = words.value.wallet.receipt;
  const [view, setView] = useState(0);
  const [gone, setGone] = useState(false);
  if (count === 0) return null;
  if (gone) return <p class="soft small">{said.clipGone}</p>;
  const source = `/v1/receipts/${receipt}/lines/${line}/clips/${view}`;
  return (
    <div class="clips no-print">
      <video
        key={view}
        src={`${source}#t=1.2`}
        controls
        muted
        loop
        playsInline
        preload="metadata"
        aria-label={said.clip(name)}
        onError={() => setGone(true)}
      />
      {count > 1 && (
        <div class="views">
          {Array.from({ length: count }, (_, index) => (
            <button
              key={index}
              type="button"
              aria-pressed={index === view}
              aria-label={said.otherView(index + 1, count)}
              onClick={() => setView(index)}
            >
              {index + 1}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
