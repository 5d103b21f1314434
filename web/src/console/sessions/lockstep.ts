// Several videos in step, as pure functions: what the clock is, what the videos say and how much
// time has passed give what the clock is next and what each video is to do.
//
//   paused  --play-->  playing  --a video has nothing to show-->  waiting
//     ^                   |  ^----------it has, or too long----------|
//     '----pause, the end-'
//
// Times are the session's, in milliseconds; a video that begins later has its own start. The clock
// leads: each video is held to it by its rate, or by a seek where it is far off.

export type Mode = "paused" | "playing" | "waiting";

export interface ClockState {
  mode: Mode;
  time: number;
  rate: number; // Below 0: backwards.
  begin: number;
  end: number; // As `begin` while no video is known.
  waitedMs: number; // For a video that has nothing to show.
}

// What a video element says of itself.
export interface Seen {
  startMs: number;
  durationMs: number;
  atMs: number;
  ready: number; // HTMLMediaElement.readyState
  seeking: boolean;
  paused: boolean;
  ended: boolean;
  failed: boolean;
}

export type Order =
  | { kind: "none" }
  | { kind: "pause" }
  | { kind: "seek"; atMs: number; pause: boolean }
  | { kind: "play"; rate: number };

export const rateMax = 8;
export const waitMsMax = 4000; // A camera that shows nothing for longer keeps nobody waiting.
export const seekBeyondMs = 250; // Further off, a seek is sooner there than any rate.
export const aheadMsMax = 25; // How far the clock goes before the slowest video.
export const stepMsMax = 250; // After a pause of the page itself, the clock does not jump.
const exactMs = 4;
const slowestRate = 0.0625; // Browsers play no slower.
const fastestRate = 16;
const metadata = 1; // HTMLMediaElement.HAVE_METADATA
const future = 3; // HTMLMediaElement.HAVE_FUTURE_DATA

export const initial: ClockState = {
  mode: "paused",
  time: 0,
  rate: 1,
  begin: 0,
  end: 0,
  waitedMs: 0,
};

const isKnown = (state: ClockState): boolean => state.end > state.begin;

// A place that is wished for before any video is known is kept until one is.
export function seek(state: ClockState, time: number): ClockState {
  if (!isKnown(state)) return { ...state, time };
  return { ...state, time: Math.min(state.end, Math.max(state.begin, time)) };
}

export function play(state: ClockState, rate: number): ClockState {
  const atEnd = rate > 0 && isKnown(state) && state.time >= state.end;
  const time = atEnd ? state.begin : state.time;
  return { ...state, mode: "playing", rate, time, waitedMs: 0 };
}

export const pause = (state: ClockState): ClockState => ({ ...state, mode: "paused", waitedMs: 0 });

// L and J: once plays, again doubles.
export function shuttle(state: ClockState, direction: 1 | -1): ClockState {
  const goesOn = state.mode !== "paused" && Math.sign(state.rate) === direction;
  return play(state, goesOn ? direction * Math.min(rateMax, Math.abs(state.rate) * 2) : direction);
}

// To the middle of a frame, so that no rounding shows its neighbour.
export function step(state: ClockState, frames: number, frameMs: number): ClockState {
  const frame = Math.floor((state.time - state.begin) / frameMs + 0.001) + frames;
  return seek(pause(state), state.begin + (frame + 0.5) * frameMs);
}

// Which part of the session the videos hold. Who stood at its begin stands at the new one.
export function measure(state: ClockState, videos: readonly Seen[]): ClockState {
  const known = videos.filter((one) => one.ready >= metadata && Number.isFinite(one.durationMs));
  if (known.length === 0) return state;
  const begin = Math.min(...known.map((one) => one.startMs));
  const end = Math.max(...known.map((one) => one.startMs + one.durationMs));
  const time = isKnown(state) && state.time === state.begin ? begin : state.time;
  return seek({ ...state, begin, end }, time);
}

// Whether a video has something of the clock's time. One that has ended says so a little sooner or
// later than its duration does.
function isActive({ time }: ClockState, one: Seen): boolean {
  const local = time - one.startMs;
  const inside = local >= 0 && local < one.durationMs - 1;
  return one.ready >= metadata && !one.failed && !one.ended && inside;
}

const isLate = (one: Seen): boolean => one.seeking || one.ready < future;

export function tick(
  state: ClockState,
  passedMs: number,
  videos: readonly Seen[],
): { state: ClockState; orders: Order[] } {
  const passed = Math.min(stepMsMax, Math.max(0, passedMs));
  const next = state.mode === "paused" ? state : advance(state, passed, videos);
  return { state: next, orders: videos.map((one) => orderFor(next, one)) };
}

function advance(state: ClockState, passed: number, videos: readonly Seen[]): ClockState {
  const by = passed * state.rate;
  const active = state.rate > 0 ? videos.filter((one) => isActive(state, one)) : [];
  const inTime = active.filter((one) => !isLate(one));
  const late = inTime.length < active.length;
  const waitedMs = late ? state.waitedMs + passed : 0;
  // Where none has anything to show, there is nothing to go on with.
  const waits = late && (inTime.length === 0 || waitedMs <= waitMsMax);
  if (waits) return { ...state, mode: "waiting", waitedMs };
  let time = state.time + by;
  if (inTime.length > 0) {
    const slowest = Math.min(...inTime.map((one) => one.startMs + one.atMs));
    const limit = slowest + aheadMsMax * Math.max(1, state.rate);
    time = Math.max(state.time, Math.min(time, limit));
  }
  const moved = seek({ ...state, mode: "playing", waitedMs }, time);
  const isOver = isKnown(state) && (state.rate > 0 ? time >= state.end : time <= state.begin);
  return isOver ? pause(moved) : moved;
}

function orderFor(state: ClockState, one: Seen): Order {
  if (one.ready < metadata) return { kind: "none" };
  const local = state.time - one.startMs;
  const goesForth = state.mode !== "paused" && state.rate > 0;
  if (!goesForth || !isActive(state, one)) return hold(one, local);
  if (one.seeking) return { kind: "none" };
  const drift = one.atMs - local;
  const pace = Math.max(1, state.rate);
  if (Math.abs(drift) > seekBeyondMs * pace) return { kind: "seek", atMs: local, pause: false };
  if (state.mode === "waiting") {
    // Browsers do not fetch or decode for ever for a video that is paused: who is waited for plays,
    // as slowly as can be, and the others hold still.
    if (isLate(one)) return { kind: "play", rate: slowestRate };
    return one.paused ? { kind: "none" } : { kind: "pause" };
  }
  // Behind it runs up to half as fast again; ahead it all but stands.
  const share = drift / pace;
  const factor = share > 0 ? Math.max(0.1, 1 - share / 80) : Math.min(1.5, 1 - share / 150);
  const rate = Math.min(fastestRate, Math.max(slowestRate, state.rate * factor));
  return { kind: "play", rate };
}

// Still, at the clock's place, or at the end that is nearer.
function hold(one: Seen, local: number): Order {
  const wanted = Math.min(Math.max(0, local), Math.max(0, one.durationMs - 1));
  const isOff = !one.seeking && Math.abs(one.atMs - wanted) > exactMs;
  if (isOff) return { kind: "seek", atMs: wanted, pause: true };
  return one.paused ? { kind: "none" } : { kind: "pause" };
}
