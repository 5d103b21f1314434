// Of a virtual cabinet: its door, drawn; which session is played next; what its cameras see.
import { useEffect, useRef } from "preact/hooks";
import type { JSX } from "preact";
import { words } from "@shared/strings";
import { Button } from "@shared/ui/button";
import { Icon } from "@shared/ui/icons";
import { DoorPicture, type DoorLook } from "@shared/ui/door";
import { FreePlay } from "./play";
import { chooseClip, moveDoor, type CabinetState } from "./state";

const driftMsMax = 400; // More than this from what is recorded, and a video jumps there.

function lookOf(now: CabinetState): DoorLook {
  if (now.door_open) return "open";
  return now.state === "unlocked" ? "unlocked" : "closed";
}

export function Demo({ now }: { now: CabinetState }): JSX.Element {
  const said = words.value.cabinet.demo;
  const look = lookOf(now);
  return (
    <section class="demo" aria-labelledby="demo">
      <div class="demo-door">
        <DoorPicture look={look} label={said.door[look]} />
      </div>
      <div class="stack demo-words">
        <h2 id="demo">{said.title}</h2>
        <p class="soft">{said.intro}</p>
        <Shopper now={now} />
        {now.manual && <Door now={now} />}
      </div>
      {now.clips.length > 0 && <Cameras now={now} />}
      <FreePlay now={now} />
    </section>
  );
}

// "take_one", as what the shopper of it does.
function shopperWords(session: string): string {
  return words.value.cabinet.demo.sessions[session] ?? session.replaceAll("_", " ");
}

// One of the sessions that this cabinet has; others were rendered in other cabinets.
function Shopper({ now }: { now: CabinetState }): JSX.Element | null {
  const said = words.value.cabinet.demo;
  const playing = now.playing_ms !== null;
  const waits = now.state === "locked";
  return (
    <fieldset class="shoppers">
      <legend>{playing ? said.playing : said.next}</legend>
      <div class="choices">
        {now.clips.map((name, index) => (
          <label key={name} class="choice">
            <input
              type="radio"
              name="session"
              checked={index === now.clip}
              disabled={!waits}
              onChange={() => chooseClip(index)}
            />
            <span>{shopperWords(name)}</span>
          </label>
        ))}
        {now.clip >= now.clips.length && (
          <label class="choice">
            <input type="radio" name="session" checked readOnly />
            <span>{said.play.chosen}</span>
          </label>
        )}
        {now.others.map((other) => (
          <a key={other.url} class="choice" href={other.url}>
            <Icon name="arrow" />
            <span>
              {other.session ? shopperWords(other.session) : other.name}
              <span class="soft small"> · {said.otherCabinet(other.name)}</span>
            </span>
          </a>
        ))}
      </div>
      {waits && <p class="soft small">{said.hint}</p>}
    </fieldset>
  );
}

function Door({ now }: { now: CabinetState }): JSX.Element {
  const said = words.value.cabinet.demo;
  const opens = !now.door_open && (now.state === "unlocked" || now.state === "closed");
  return (
    <div class="row">
      <Button kind="primary" icon="door" disabled={!opens} onPress={() => moveDoor(true)}>
        {said.openDoor}
      </Button>
      <Button icon="lock" disabled={!now.door_open} onPress={() => moveDoor(false)}>
        {said.closeDoor}
      </Button>
      <Button
        kind="quiet"
        disabled={now.door_open || now.state !== "locked"}
        onPress={() => moveDoor(true, true)}
      >
        {said.force}
      </Button>
    </div>
  );
}

function Cameras({ now }: { now: CabinetState }): JSX.Element {
  const said = words.value.cabinet.demo;
  return (
    <div class="cameras" role="group" aria-label={said.cameras}>
      {now.cameras.map((camera) => (
        <Camera key={`${now.clip}/${camera}/${renderingOf(now)}`} camera={camera} now={now} />
      ))}
    </div>
  );
}

// What is rendered anew has the address of what was rendered before.
function renderingOf(now: CabinetState): number {
  return now.clip < now.clips.length ? 0 : (now.play?.rendering ?? 0);
}

function Camera({ camera, now }: { camera: string; now: CabinetState }): JSX.Element {
  const said = words.value.cabinet.demo;
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const one = video.current;
    if (!one) return;
    if (now.playing_ms === null) {
      one.pause();
      one.currentTime = 0;
      return;
    }
    const wanted = now.playing_ms / 1000;
    if (Math.abs(one.currentTime - wanted) * 1000 > driftMsMax) one.currentTime = wanted;
    // A browser may forbid it until somebody has touched the page; the picture stays then.
    if (one.paused && !one.ended) one.play().catch(() => undefined);
  }, [now.playing_ms, now.state]);
  return (
    <figure>
      <video
        ref={video}
        src={`/clips/${now.clip}/${camera}?${renderingOf(now)}`}
        muted
        playsInline
        preload="auto"
        aria-label={said.camera(camera)}
      />
      <figcaption>{camera}</figcaption>
    </figure>
  );
}
