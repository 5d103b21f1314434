// The screen of a cabinet; below it, where the cabinet is virtual, its door and cameras.
import { useEffect } from "preact/hooks";
import type { JSX } from "preact";
import { locale } from "@shared/language";
import { words } from "@shared/strings";
import { troubles } from "@shared/strings/troubles";
import { LanguageChoice } from "@shared/ui/choices";
import { Icon } from "@shared/ui/icons";
import { Skeleton } from "@shared/ui/states";
import { Demo } from "./demo";
import { cabinet, served, silent, type CabinetState } from "./state";

export function Cabinet(): JSX.Element {
  const said = words.value.cabinet;
  const now = cabinet.value;
  useEffect(() => {
    document.title = `${now ? said.states[now.state].title : said.title} · tally`;
  }, [now?.state, said]);
  if (!now) {
    return (
      <main class="screen">
        <h1 class="unseen">{said.title}</h1>
        <Skeleton words={silent.value ? said.silent : said.starting} />
      </main>
    );
  }
  return (
    <>
      <Screen now={now} />
      {now.simulated && <Demo now={now} />}
    </>
  );
}

function Screen({ now }: { now: CabinetState }): JSX.Element {
  const said = words.value.cabinet;
  const offline = !now.online && now.state === "locked";
  const state = said.states[now.state];
  const good = now.state !== "locked" && now.state !== "forced" && now.state !== "closed";
  return (
    <main class={`screen ${now.state}`}>
      <div class="screen-inside">
        <Code now={now} offline={offline} />
        <div class="screen-words" role="status" aria-live="polite">
          <span class={`badge ${now.state === "forced" ? "bad" : good ? "good" : ""}`}>
            <Icon name={now.state === "locked" || now.state === "closed" ? "lock" : "unlock"} />
            {state.badge}
          </span>
          <h1>{offline ? said.offline.title : state.title}</h1>
          <p>{now.text || (offline ? said.offline.words : state.words)}</p>
          {served.value && now.state === "locked" && (
            <p class="last">
              <Icon name="receipt" />
              <span>
                <b>{said.last.took}.</b>{" "}
                {now.waiting_bytes > 0 ? said.last.sending : said.last.sent}
              </span>
            </p>
          )}
        </div>
      </div>
      <Foot now={now} />
    </main>
  );
}

function Code({ now, offline }: { now: CabinetState; offline: boolean }): JSX.Element {
  const said = words.value.cabinet;
  const idle = now.state === "locked" && now.online;
  const code = idle && now.url && now.qr;
  const wallet = code && /^https?:\/\//.test(now.url) ? now.url : undefined;
  return (
    <div class="code">
      <div class={code ? "code-card" : "code-card none"}>
        {code ? (
          <img src={`data:image/svg+xml,${encodeURIComponent(now.qr)}`} alt={said.code} />
        ) : (
          <span>
            <Icon name={offline ? "cloud" : now.door_open ? "door" : "lock"} />
            {codeWords(now, offline)}
          </span>
        )}
      </div>
      <a class={wallet ? "wallet-link" : "wallet-link off"} href={wallet} target="_blank">
        {said.wallet}
      </a>
    </div>
  );
}

function codeWords(now: CabinetState, offline: boolean): string {
  const said = words.value.cabinet;
  if (offline) return said.offline.code;
  if (now.state === "locked") return said.noCode;
  if (now.state === "unlocked") return said.demo.door.unlocked;
  return now.door_open ? said.demo.door.open : said.demo.door.closed;
}

function degrees(celsius: number): string {
  const options = { style: "unit", unit: "celsius", maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(locale(), options).format(celsius);
}

const shownBytesMin = 50e3; // Below it, "0 MB" would be said.

function megabytes(bytes: number): string {
  const options = { style: "unit", unit: "megabyte", maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(locale(), options).format(bytes / 1e6);
}

function Foot({ now }: { now: CabinetState }): JSX.Element {
  const said = words.value.cabinet;
  const up = now.online && !silent.value;
  return (
    <footer class="screen-foot">
      <span class="row">
        <i class={up ? "light on" : "light"} />
        {silent.value ? said.silent : up ? said.connected : said.notConnected}
      </span>
      {now.celsius !== null && (
        <span class="row">
          <Icon name="temperature" />
          {said.celsius(degrees(now.celsius))}
        </span>
      )}
      {now.waiting_bytes >= shownBytesMin && (
        <span>{said.uploading(megabytes(now.waiting_bytes))}</span>
      )}
      {now.problems.length > 0 && (
        <span class="problem">
          {said.problems}: {now.problems.map(troubles.in).join(" · ")}
        </span>
      )}
      <LanguageChoice />
    </footer>
  );
}
