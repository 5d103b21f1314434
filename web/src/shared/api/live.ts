// Server-sent events by fetch(), which unlike EventSource tells a refusal from a lost connection,
// and gives events of every type. Comes back by itself after 0.5 s to 15 s, with the last id that
// it saw.
import { noteAnswer, noteSilence, whenBack } from "../connection";
import { ofPage } from "./client";
import { wait } from "./patience";
import { Problem, problemOfAnswer } from "./problem";

export interface LiveEvent {
  type: string;
  id: string;
  data: unknown;
}

export interface LiveOptions {
  onEvent: (event: LiveEvent) => void;
  // "late": the connection is lost and being tried again.
  onState?: (state: "live" | "late") => void;
  // The server refuses (401, 404, …): it is not tried again.
  onRefused?: (problem: Problem) => void;
  lastId?: string;
}

const pauseMsMin = 500;
const pauseMsMax = 15000;
const silenceMsMax = 40000; // The server says at least a comment every 15 s.

// Cuts a stream's text into events (HTML standard, 9.2.6).
export class EventReader {
  private rest = "";

  take(text: string): LiveEvent[] {
    const blocks = (this.rest + text.replace(/\r\n?/g, "\n")).split("\n\n");
    this.rest = blocks.pop() ?? "";
    return blocks.flatMap((block) => EventReader.read(block));
  }

  private static read(block: string): LiveEvent[] {
    let type = "message";
    let id = "";
    const data: string[] = [];
    for (const line of block.split("\n")) {
      const [, field, value] = /^([a-z]+): ?(.*)$/.exec(line) ?? [];
      if (field === "event" && value) type = value;
      if (field === "id" && value) id = value;
      if (field === "data") data.push(value ?? "");
    }
    if (data.length === 0) return [];
    return [{ type, id, data: JSON.parse(data.join("\n")) as unknown }];
  }
}

// Returns how to end it.
export function follow(path: string, options: LiveOptions): () => void {
  const end = new AbortController();
  let lastId = options.lastId ?? "";
  let hurry = (): void => {};

  async function read(): Promise<boolean> {
    const attempt = new AbortController();
    const stop = () => attempt.abort();
    end.signal.addEventListener("abort", stop);
    let timer = setTimeout(stop, silenceMsMax);
    try {
      const headers: Record<string, string> = { Accept: "text/event-stream", ...ofPage };
      if (lastId) headers["Last-Event-ID"] = lastId;
      const answer = await fetch(path, { headers, signal: attempt.signal });
      if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
        const body: unknown = await answer.json().catch(() => ({}));
        options.onRefused?.(problemOfAnswer(answer.status, body));
        end.abort();
        return false;
      }
      if (!answer.ok || !answer.body) return false;
      noteAnswer();
      options.onState?.("live");
      const events = new EventReader();
      const decoder = new TextDecoder();
      const body = answer.body.getReader();
      for (;;) {
        const { done, value } = await body.read();
        clearTimeout(timer);
        if (done) return true;
        timer = setTimeout(stop, silenceMsMax);
        for (const event of events.take(decoder.decode(value, { stream: true }))) {
          if (event.id) lastId = event.id;
          options.onEvent(event);
        }
      }
    } catch {
      if (!end.signal.aborted) noteSilence();
      return false;
    } finally {
      clearTimeout(timer);
      end.signal.removeEventListener("abort", stop);
    }
  }

  async function run(): Promise<void> {
    let pause = pauseMsMin;
    while (!end.signal.aborted) {
      const worked = await read();
      if (end.signal.aborted) return;
      options.onState?.("late");
      pause = worked ? pauseMsMin : Math.min(pauseMsMax, pause * 2);
      const sooner = new Promise<void>((done) => (hurry = done));
      await Promise.race([wait(pause * (0.75 + Math.random() / 2)), sooner]);
    }
  }

  const unsubscribe = whenBack(() => hurry());
  void run();
  return () => {
    end.abort();
    hurry();
    unsubscribe();
  };
}
