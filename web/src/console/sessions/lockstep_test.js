// tests/web_units runs it.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as lockstep from "./lockstep.ts";

const frameMs = 16;

const seen = (more = {}) => ({
  startMs: 0,
  durationMs: 10000,
  atMs: 0,
  ready: 4,
  seeking: false,
  paused: true,
  ended: false,
  failed: false,
  ...more,
});

const measured = (videos) => lockstep.measure(lockstep.initial, videos);
const playing = (videos, rate = 1) => lockstep.play(measured(videos), rate);

// Does what is ordered, as a browser with videos that are all there would.
function obeyed(video, order, passed) {
  const next = { ...video };
  if (order.kind === "pause") next.paused = true;
  if (order.kind === "seek") next.atMs = order.atMs;
  if (order.kind === "seek" && order.pause) next.paused = true;
  if (order.kind === "play") {
    next.paused = false;
    next.atMs = Math.min(next.durationMs, next.atMs + passed * order.rate);
    next.ended = next.atMs >= next.durationMs;
    if (next.ended) Object.assign(next, { ready: 2, paused: true });
  }
  return next;
}

function run(state, videos, frames, each = () => {}) {
  for (let count = 0; count < frames; ++count) {
    const turn = lockstep.tick(state, frameMs, videos);
    state = turn.state;
    videos = videos.map((one, index) => obeyed(one, turn.orders[index], frameMs));
    each(state, videos, turn.orders);
  }
  return { state, videos };
}

test("all videos begin at one tick and stay in step", () => {
  const three = [seen(), seen({ startMs: 12 }), seen({ startMs: 11, durationMs: 9000 })];
  let worst = 0;
  const { state, videos } = run(playing(three), three, 300, (_, now) => {
    const active = now.filter((one) => !one.paused);
    if (active.length < now.length) return;
    const at = active.map((one) => one.startMs + one.atMs);
    worst = Math.max(worst, Math.max(...at) - Math.min(...at));
  });
  assert.equal(state.mode, "playing");
  assert.ok(videos.every((one) => !one.paused));
  assert.ok(worst < 40, `${worst} ms apart`);
});

test("a press before a video is ready waits for it, and lets it play so that it gets ready", () => {
  const videos = [seen(), seen({ ready: 2 }), seen()];
  const first = lockstep.tick(playing(videos), frameMs, videos);
  assert.equal(first.state.mode, "waiting");
  assert.equal(first.state.time, 0);
  assert.deepEqual(
    first.orders.map((one) => one.kind),
    ["none", "play", "none"],
  );
  videos[1] = seen({ paused: false });
  const second = lockstep.tick(first.state, frameMs, videos);
  assert.equal(second.state.mode, "playing");
  assert.ok(second.orders.every((one) => one.kind === "play"));
});

test("a video that seeks is waited for and not asked for anything", () => {
  const videos = [seen(), seen({ seeking: true })];
  const { state, orders } = lockstep.tick(playing(videos), frameMs, videos);
  assert.equal(state.mode, "waiting");
  assert.deepEqual(orders, [{ kind: "none" }, { kind: "none" }]);
});

test("those that play hold still while another is waited for", () => {
  const videos = [seen({ paused: false }), seen({ paused: false, ready: 2 })];
  const { orders } = lockstep.tick(playing(videos), frameMs, videos);
  assert.deepEqual(orders[0], { kind: "pause" });
  assert.equal(orders[1].kind, "play");
});

test("a video that never comes keeps the others for a limited time", () => {
  const videos = [seen(), seen({ ready: 2 })];
  let state = playing(videos);
  const stuck = (count) => {
    for (let frame = 0; frame < count; ++frame) {
      const turn = lockstep.tick(state, frameMs, videos);
      state = turn.state;
      videos[0] = obeyed(videos[0], turn.orders[0], frameMs);
    }
  };
  stuck(Math.floor(lockstep.waitMsMax / frameMs));
  assert.equal(state.mode, "waiting");
  assert.equal(state.time, 0);
  stuck(60);
  assert.equal(state.mode, "playing");
  assert.ok(state.time > 500, `${state.time} ms`);
  // Once it comes it is waited for no more, and is taken along.
  videos[1] = seen();
  assert.equal(lockstep.tick(state, frameMs, videos).orders[1].kind, "seek");
});

test("where no video has anything, time stands", () => {
  const videos = [seen({ ready: 2 }), seen({ ready: 2 })];
  const { state } = run(playing(videos), videos, 1000, (_, now) => {
    for (const one of now) one.atMs = 0;
  });
  assert.equal(state.mode, "waiting");
  assert.equal(state.time, 0);
});

test("the end is reached although the first video that ends has no future data", () => {
  const videos = [seen({ durationMs: 990 }), seen({ durationMs: 1200 })];
  const { state } = run(playing(videos), videos, 120);
  assert.equal(state.mode, "paused");
  assert.equal(state.time, 1200);
  const again = lockstep.play(state, 1);
  assert.equal(again.time, 0);
});

test("who stands at the begin stands at the begin, in whatever order videos are known", () => {
  const late = seen({ startMs: 14 });
  const first = lockstep.measure(lockstep.initial, [seen({ ready: 0, durationMs: NaN }), late]);
  assert.equal(first.time, 14);
  assert.equal(lockstep.measure(first, [seen({ startMs: 2 }), late]).time, 2);
  const elsewhere = lockstep.seek(first, 500);
  assert.equal(lockstep.measure(elsewhere, [seen({ startMs: 2 }), late]).time, 500);
});

test("a place that is wished for before any video is known is gone to", () => {
  const early = lockstep.seek(lockstep.initial, 4200);
  assert.equal(lockstep.measure(early, [seen()]).time, 4200);
  assert.equal(lockstep.measure(lockstep.seek(early, 99999), [seen()]).time, 10000);
  assert.equal(lockstep.measure(lockstep.seek(early, -5), [seen()]).time, 0);
});

test("J and L double, turn around, and stop at the limit", () => {
  let state = measured([seen()]);
  const rates = [1, 1, 1, 1, 1, -1, -1].map((way) => {
    state = lockstep.shuttle(state, way);
    return state.rate;
  });
  assert.deepEqual(rates, [1, 2, 4, 8, 8, -1, -2]);
});

test("backwards, videos are held at the clock's place, and it ends at the begin", () => {
  const videos = [seen({ atMs: 300 })];
  let state = lockstep.shuttle(lockstep.seek(measured(videos), 300), -1);
  const turn = lockstep.tick(state, 100, videos);
  assert.deepEqual(turn.orders, [{ kind: "seek", atMs: 200, pause: true }]);
  ({ state } = run(turn.state, videos, 60));
  assert.equal(state.mode, "paused");
  assert.equal(state.time, 0);
});

test("a step shows the middle of the next frame, and pauses", () => {
  const state = lockstep.step(playing([seen()]), 1, 100);
  assert.equal(state.mode, "paused");
  assert.equal(state.time, 150);
  assert.equal(lockstep.step(state, -1, 100).time, 50);
});

test("a page that slept does not jump", () => {
  const videos = [seen({ paused: false })];
  const { state } = lockstep.tick(playing(videos), 60000, videos);
  assert.ok(state.time <= lockstep.aheadMsMax);
});

test("a video that failed, or has not begun, keeps nobody waiting", () => {
  const videos = [seen(), seen({ ready: 1, failed: true }), seen({ startMs: 2000, ready: 2 })];
  const { state } = run(playing(videos), videos, 30);
  assert.equal(state.mode, "playing");
  assert.ok(state.time > 300);
});
