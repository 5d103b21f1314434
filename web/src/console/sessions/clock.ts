// One clock for all videos of a session: lockstep.ts decides, here it meets the video elements and
// the frames of the page.
import { computed, signal } from "@preact/signals";
import * as lockstep from "./lockstep";
import type { ClockState, Order, Seen } from "./lockstep";

export const rates = [0.25, 0.5, 1, 2, 4] as const;

interface Follower {
  video: HTMLVideoElement;
  startMs: number;
}

export class MasterClock {
  private readonly state = signal<ClockState>(lockstep.initial);
  readonly time = computed(() => this.state.value.time);
  readonly playing = computed(() => this.state.value.mode !== "paused");
  readonly waiting = computed(() => this.state.value.mode === "waiting");
  readonly rate = computed(() => this.state.value.rate); // Below 0: backwards.
  readonly begin = computed(() => this.state.value.begin);
  readonly end = computed(() => this.state.value.end);
  frameMs = 1000 / 15;

  private followers: Follower[] = [];
  private last = 0;
  private frame = 0;

  // Returns how to take it away again.
  attach(video: HTMLVideoElement, startMs: number): () => void {
    const one = { video, startMs };
    this.followers.push(one);
    const measure = () => {
      this.state.value = lockstep.measure(this.state.value, this.followers.map(seenOf));
    };
    video.addEventListener("loadedmetadata", measure);
    measure();
    this.frame ||= requestAnimationFrame(this.tick);
    return () => {
      video.removeEventListener("loadedmetadata", measure);
      this.followers = this.followers.filter((other) => other !== one);
      if (this.followers.length > 0) return;
      cancelAnimationFrame(this.frame);
      this.frame = 0;
      this.pause();
    };
  }

  play(rate = 1): void {
    this.last = performance.now();
    this.state.value = lockstep.play(this.state.value, rate);
  }

  pause(): void {
    this.state.value = lockstep.pause(this.state.value);
  }

  toggle(): void {
    if (this.playing.value) this.pause();
    else this.play(Math.abs(this.rate.value));
  }

  setRate(rate: number): void {
    this.state.value = { ...this.state.value, rate };
  }

  shuttle(direction: 1 | -1): void {
    this.last = performance.now();
    this.state.value = lockstep.shuttle(this.state.value, direction);
  }

  seek(ms: number): void {
    this.state.value = lockstep.seek(this.state.value, ms);
  }

  step(frames: number): void {
    this.state.value = lockstep.step(this.state.value, frames, this.frameMs);
  }

  private readonly tick = (now: number): void => {
    const passed = now - this.last;
    this.last = now;
    const { state, orders } = lockstep.tick(
      this.state.value,
      passed,
      this.followers.map(seenOf),
    );
    if (state !== this.state.value) this.state.value = state;
    this.followers.forEach(({ video }, index) => obey(video, orders[index]));
    this.frame = requestAnimationFrame(this.tick);
  };
}

function seenOf({ video, startMs }: Follower): Seen {
  return {
    startMs,
    durationMs: video.duration * 1000,
    atMs: video.currentTime * 1000,
    ready: video.readyState,
    seeking: video.seeking,
    paused: video.paused,
    ended: video.ended,
    failed: video.error !== null,
  };
}

function obey(video: HTMLVideoElement, order: Order | undefined): void {
  if (!order || order.kind === "none") return;
  if (order.kind === "pause") {
    video.pause();
  } else if (order.kind === "seek") {
    if (order.pause && !video.paused) video.pause();
    video.currentTime = order.atMs / 1000;
  } else {
    if (Math.abs(video.playbackRate - order.rate) > 0.005) video.playbackRate = order.rate;
    // A pause that comes before it has begun rejects it.
    if (video.paused) video.play().catch(() => undefined);
  }
}
