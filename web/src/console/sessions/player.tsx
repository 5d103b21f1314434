// All videos of a session in step, on one timeline with what happened, and boxes over them.
import { useComputed } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { useResource } from "@shared/api/resource";
import { stored } from "@shared/stored";
import { Button } from "@shared/ui/button";
import { Empty, Loaded, Notice } from "@shared/ui/states";
import { useKeys } from "../keys";
import { useEvents } from "../live";
import { may } from "../roles";
import { orNull, type CartEvent, type SeenCart } from "./cart";
import { MasterClock, rates } from "./clock";
import { said } from "./strings";
import "./player.css";

type Video = Schemas["Video"];
type CameraBoxes = Schemas["SessionBoxes"]["cameras"][number]["boxes"];

const jumpMs = 5000;
const boxShownMs = 200; // A box holds until the next look of the model, at most this long.
const beforeEventMs = 1500; // Where one goes to see an event.

const boxesShown = stored<boolean>("browser", "console.boxes", true);

export function timeWords(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  const minutes = Math.floor(whole / 60000);
  const seconds = String(Math.floor((whole % 60000) / 1000)).padStart(2, "0");
  return `${minutes}:${seconds}.${String(whole % 1000).padStart(3, "0")}`;
}

export const seekTo = (clock: MasterClock, event: CartEvent): void => {
  clock.seek(event.at_ms - beforeEventMs);
};

export function Player({
  session,
  cart,
  clock,
  onEventKey,
}: {
  session: string;
  cart: SeenCart | null;
  clock: MasterClock;
  onEventKey?: (direction: 1 | -1) => void;
}): JSX.Element {
  const words = said.value;
  if (!may("reviewer")) return <Notice>{words.videosForReviewers}</Notice>;
  return <Videos session={session} cart={cart} clock={clock} onEventKey={onEventKey} />;
}

function Videos({
  session,
  cart,
  clock,
  onEventKey,
}: {
  session: string;
  cart: SeenCart | null;
  clock: MasterClock;
  onEventKey: ((direction: 1 | -1) => void) | undefined;
}): JSX.Element {
  const words = said.value;
  const videos = useResource(`videos/${session}`, async () => {
    const params = { path: { id: session } };
    const got = await orNull(ask(api.GET("/v1/sessions/{id}/videos", { params })));
    return got?.data ?? [];
  });
  // Boxes are kept with the cart.
  const hasCart = cart !== null;
  const boxes = useResource(`boxes/${session}/${hasCart}`, async () => {
    const params = { path: { id: session } };
    return hasCart ? orNull(ask(api.GET("/v1/sessions/{id}/boxes", { params }))) : null;
  });
  useEvents(["session.", "footage."], (events) => {
    if (!events.some((one) => one.object_id === session)) return;
    if (videos.value?.length === 0) void videos.reload();
  });
  return (
    <Loaded of={videos} lines={6}>
      {(all) => {
        const there = all.filter((one) => !one.purged && one.bytes > 0);
        if (there.length === 0) {
          return all.some((one) => one.purged) ? (
            <Notice>{words.purged}</Notice>
          ) : (
            <Empty icon="video" title={words.noVideos}>
              <p>{words.noVideosTodo}</p>
            </Empty>
          );
        }
        return (
          <Screens
            session={session}
            videos={there}
            boxes={boxes.value?.cameras ?? []}
            boxesKnown={boxes.value !== undefined}
            cart={cart}
            clock={clock}
            onEventKey={onEventKey}
          />
        );
      }}
    </Loaded>
  );
}

interface ScreensProps {
  session: string;
  videos: readonly Video[];
  boxes: Schemas["SessionBoxes"]["cameras"];
  boxesKnown: boolean;
  cart: SeenCart | null;
  clock: MasterClock;
  onEventKey: ((direction: 1 | -1) => void) | undefined;
}

function Screens(props: ScreensProps): JSX.Element {
  const { session, videos, boxes, cart, clock } = props;
  const words = said.value;
  const first = cart?.inputs.videos.find((one) => one.frames > 0);
  if (first) clock.frameMs = first.duration_ms / first.frames;
  usePlayerKeys(clock, props.onEventKey);
  return (
    <section class="player" aria-label={words.videos} data-session={session}>
      <div class="screens" data-count={videos.length}>
        {videos.map((one) => (
          <Screen
            key={one.camera}
            session={session}
            video={one}
            clock={clock}
            boxes={boxes.find((seen) => seen.camera === one.camera)?.boxes ?? []}
          />
        ))}
      </div>
      <Timeline clock={clock} events={cart?.events ?? []} />
      <Controls clock={clock} hasBoxes={boxes.length > 0} boxesKnown={props.boxesKnown} />
    </section>
  );
}

function usePlayerKeys(
  clock: MasterClock,
  onEventKey: ((direction: 1 | -1) => void) | undefined,
): void {
  const words = said.value.kHelp;
  useKeys(words.title, [
    { key: " ", words: words.play, run: () => clock.toggle() },
    { key: "k", words: words.play, run: () => (clock.playing.value ? clock.pause() : clock.play()) },
    { key: "l", words: words.forth, run: () => clock.shuttle(1) },
    { key: "j", words: words.back, run: () => clock.shuttle(-1) },
    { key: ",", words: words.frameBack, run: () => clock.step(-1), repeats: true },
    { key: ".", words: words.frameForth, run: () => clock.step(1), repeats: true },
    {
      key: "ArrowLeft",
      words: words.jump,
      run: () => clock.seek(clock.time.value - jumpMs),
      repeats: true,
    },
    {
      key: "ArrowRight",
      words: words.jump,
      run: () => clock.seek(clock.time.value + jumpMs),
      repeats: true,
    },
    ...(onEventKey
      ? [
          { key: "[", words: words.event, run: () => onEventKey(-1) },
          { key: "]", words: words.event, run: () => onEventKey(1) },
        ]
      : []),
    { key: "b", words: words.boxes, run: () => (boxesShown.value = !boxesShown.value) },
  ]);
}

function Screen({
  session,
  video,
  clock,
  boxes,
}: {
  session: string;
  video: Video;
  clock: MasterClock;
  boxes: CameraBoxes;
}): JSX.Element {
  const element = useRef<HTMLVideoElement>(null);
  const [ratio, setRatio] = useState("4 / 3");
  useEffect(() => {
    if (element.current) return clock.attach(element.current, video.start_ms);
    return undefined;
  }, [clock, video.start_ms]);
  return (
    <figure class="screen" style={{ aspectRatio: ratio }}>
      <video
        ref={element}
        src={`/v1/sessions/${session}/videos/${encodeURIComponent(video.camera)}`}
        preload="auto"
        muted
        playsInline
        data-start-ms={video.start_ms}
        aria-label={video.camera}
        onLoadedMetadata={(event) => {
          const { videoWidth, videoHeight } = event.currentTarget;
          if (videoWidth && videoHeight) setRatio(`${videoWidth} / ${videoHeight}`);
        }}
      />
      {boxesShown.value && boxes.length > 0 && <Boxes clock={clock} boxes={boxes} />}
      <figcaption>{video.camera}</figcaption>
    </figure>
  );
}

// The last look not after `ms`, as long as it holds.
function seenAt(boxes: CameraBoxes, ms: number): CameraBoxes {
  let [low, high] = [0, boxes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((boxes[middle]?.at_ms ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  const at = boxes[low - 1]?.at_ms;
  if (at === undefined || ms - at > boxShownMs) return [];
  let begin = low - 1;
  while (begin > 0 && boxes[begin - 1]?.at_ms === at) --begin;
  return boxes.slice(begin, low);
}

function Boxes({ clock, boxes }: { clock: MasterClock; boxes: CameraBoxes }): JSX.Element {
  const shown = seenAt(boxes, clock.time.value);
  return (
    <svg class="boxes" viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
      {shown.map((one, index) => (
        <rect
          key={index}
          class={one.kind}
          x={one.left}
          y={one.top}
          width={Math.max(0, one.right - one.left)}
          height={Math.max(0, one.bottom - one.top)}
        />
      ))}
    </svg>
  );
}

function Timeline({
  clock,
  events,
}: {
  clock: MasterClock;
  events: readonly CartEvent[];
}): JSX.Element {
  const words = said.value;
  const begin = clock.begin.value;
  const length = Math.max(1, clock.end.value - begin);
  const marks = useMemo(
    () =>
      events.map((one, index) => (
        <button
          key={index}
          type="button"
          class={`mark ${one.kind}`}
          style={{ left: `${Math.min(100, Math.max(0, ((one.at_ms - begin) / length) * 100))}%` }}
          aria-label={`${timeWords(one.at_ms - begin)}: ${words.event[one.kind]} ${one.product}`}
          title={`${timeWords(one.at_ms - begin)} ${words.event[one.kind]} ${one.product}`}
          onClick={() => seekTo(clock, one)}
        />
      )),
    [events, begin, length, words],
  );
  return (
    <div class="timeline" role="group" aria-label={words.timeline}>
      <div class="marks-line">{marks}</div>
      <Position clock={clock} />
    </div>
  );
}

// Drawn at each frame, and nothing else with it.
function Position({ clock }: { clock: MasterClock }): JSX.Element {
  const begin = clock.begin.value;
  return (
    <input
      type="range"
      aria-label={said.value.position}
      min={begin}
      max={Math.max(begin + 1, clock.end.value)}
      step="1"
      value={clock.time.value}
      aria-valuetext={timeWords(clock.time.value - begin)}
      onInput={(event) => clock.seek(Number(event.currentTarget.value))}
    />
  );
}

function Controls({
  clock,
  hasBoxes,
  boxesKnown,
}: {
  clock: MasterClock;
  hasBoxes: boolean;
  boxesKnown: boolean;
}): JSX.Element {
  const words = said.value;
  const playing = clock.playing.value;
  return (
    <div class="controls">
      <Button
        icon={playing ? "pause" : "play"}
        label={playing ? words.pause : words.play}
        onPress={() => clock.toggle()}
      />
      <Clock clock={clock} />
      <div class="frame-steps">
        <Button
          kind="quiet"
          icon="previous"
          label={words.kHelp.frameBack}
          onPress={() => clock.step(-1)}
        />
        <Button
          kind="quiet"
          icon="next"
          label={words.kHelp.frameForth}
          onPress={() => clock.step(1)}
        />
      </div>
      <div class="segments" role="group" aria-label={words.speed}>
        {rates.map((rate) => (
          <button
            key={rate}
            type="button"
            aria-pressed={Math.abs(clock.rate.value) === rate}
            onClick={() => {
              if (playing) clock.play(rate);
              else clock.setRate(rate);
            }}
          >
            {rate}×
          </button>
        ))}
      </div>
      {hasBoxes && (
        <label class="check">
          <input
            type="checkbox"
            checked={boxesShown.value}
            onChange={(event) => (boxesShown.value = event.currentTarget.checked)}
          />
          {words.boxes}
        </label>
      )}
      {clock.waiting.value && <span class="small soft">{words.waitingForVideo}</span>}
      {boxesKnown && !hasBoxes && <span class="small soft">{words.boxesNone}</span>}
    </div>
  );
}

function Clock({ clock }: { clock: MasterClock }): JSX.Element {
  const text = useComputed(() => timeWords(clock.time.value - clock.begin.value));
  const whole = useComputed(() => timeWords(clock.end.value - clock.begin.value));
  return (
    <span class="number mono clock">
      {text} / {whole}
    </span>
  );
}
