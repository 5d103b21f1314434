// One clock for all videos of a session. The clock leads: each video is held to it by its playback
// rate, or by a seek where it is far off; where a video has nothing to show yet, the clock waits.
//
// Times are the session's, in milliseconds; a video that begins later has its own start.
import { signal } from "@preact/signals";

export const rates = [0.25, 0.5, 1, 2, 4] as const;

const rateMax = 8;
const seekBeyondMs = 250; // Further off, a seek is sooner there than any rate.
const exactMs = 4;
const aheadMsMax = 25; // How far the clock goes before the slowest video.
const stepMsMax = 250; // After a pause of the page itself, the clock does not jump.

interface Follower {
  video: HTMLVideoElement;
  startMs: number;
}

export class MasterClock {
  readonly time = signal(0);
  readonly playing = signal(false);
  readonly rate = signal(1); // Below 0: backwards.
  readonly waiting = signal(false);
  readonly begin = signal(0);
  readonly end = signal(0);
  frameMs = 1000 / 15;

  private followers: Follower[] = [];
  private last = 0;
  private frame = 0;

  // Returns how to take it away again.
  attach(video: HTMLVideoElement, startMs: number): () => void {
    const one = { video, startMs };
    this.followers.push(one);
    const measure = () => this.measure();
    video.addEventListener("loadedmetadata", measure);
    this.measure();
    this.frame ||= requestAnimationFrame(this.tick);
    return () => {
      video.removeEventListener("loadedmetadata", measure);
      this.followers = this.followers.filter((other) => other !== one);
      if (this.followers.length > 0) return;
      cancelAnimationFrame(this.frame);
      this.frame = 0;
      this.playing.value = false;
    };
  }

  play(rate = 1): void {
    const atEnd = rate > 0 && this.time.value >= this.end.value;
    if (atEnd) this.time.value = this.begin.value;
    this.rate.value = rate;
    this.last = performance.now();
    this.playing.value = true;
  }

  pause(): void {
    this.playing.value = false;
    this.waiting.value = false;
  }

  toggle(): void {
    if (this.playing.value) this.pause();
    else this.play(Math.abs(this.rate.value));
  }

  // L and J: once plays, again doubles.
  shuttle(direction: 1 | -1): void {
    const now = this.rate.value;
    const same = this.playing.value && Math.sign(now) === direction;
    this.play(same ? direction * Math.min(rateMax, Math.abs(now) * 2) : direction);
  }

  seek(ms: number): void {
    this.time.value = Math.min(this.end.value, Math.max(this.begin.value, ms));
  }

  // To the middle of a frame, so that no rounding shows its neighbour.
  step(frames: number): void {
    this.pause();
    const since = this.time.value - this.begin.value;
    const frame = Math.floor(since / this.frameMs + 0.001) + frames;
    this.seek(this.begin.value + (frame + 0.5) * this.frameMs);
  }

  private measure(): void {
    const known = this.followers.filter((one) => one.video.readyState > 0);
    if (known.length === 0) return;
    this.begin.value = Math.min(...known.map((one) => one.startMs));
    this.end.value = Math.max(...known.map((one) => one.startMs + one.video.duration * 1000));
    this.seek(this.time.value);
  }

  private isActive({ video, startMs }: Follower): boolean {
    const local = this.time.value - startMs;
    return video.readyState > 0 && !video.error && local >= 0 && local < video.duration * 1000 - 1;
  }

  private readonly tick = (now: number): void => {
    const passed = Math.min(stepMsMax, Math.max(0, now - this.last));
    this.last = now;
    if (this.playing.value) this.advance(passed * this.rate.value);
    for (const one of this.followers) this.align(one);
    this.frame = requestAnimationFrame(this.tick);
  };

  private advance(by: number): void {
    const active = this.followers.filter((one) => this.isActive(one));
    const stalled = active.some(({ video }) => by > 0 && (video.seeking || video.readyState < 3));
    this.waiting.value = stalled;
    if (stalled) return;
    let next = this.time.value + by;
    if (by > 0 && active.length > 0) {
      const slowest = Math.min(...active.map((one) => one.startMs + one.video.currentTime * 1000));
      const limit = slowest + aheadMsMax * Math.max(1, this.rate.value);
      next = Math.max(this.time.value, Math.min(next, limit));
    }
    this.seek(next);
    const isOver = by > 0 ? next >= this.end.value : next <= this.begin.value;
    if (isOver) this.pause();
  }

  private align(one: Follower): void {
    const { video, startMs } = one;
    if (video.readyState === 0) return;
    const rate = this.rate.value;
    const local = this.time.value - startMs;
    const plays = this.playing.value && rate > 0 && this.isActive(one);
    const drift = video.currentTime * 1000 - local;
    if (!plays) {
      if (!video.paused) video.pause();
      const wanted = Math.min(Math.max(0, local), Math.max(0, video.duration * 1000 - 1));
      const off = Math.abs(video.currentTime * 1000 - wanted);
      if (!video.seeking && off > exactMs) video.currentTime = wanted / 1000;
      return;
    }
    if (video.seeking) return;
    if (Math.abs(drift) > seekBeyondMs * Math.max(1, rate)) {
      video.currentTime = local / 1000;
      return;
    }
    if (this.waiting.value) {
      if (!video.paused) video.pause();
      return;
    }
    // Behind it runs up to half as fast again; ahead it all but stands.
    const share = drift / Math.max(1, rate);
    const factor = share > 0 ? Math.max(0.1, 1 - share / 80) : Math.min(1.5, 1 - share / 150);
    const wanted = Math.min(16, Math.max(0.0625, rate * factor));
    if (Math.abs(video.playbackRate - wanted) > 0.005) video.playbackRate = wanted;
    if (video.paused) video.play().catch(() => undefined);
  }
}
