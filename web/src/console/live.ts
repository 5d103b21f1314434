// What happens, as it happens: one stream of the tenant's events for the whole console.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Schemas } from "@shared/api/client";
import { follow } from "@shared/api/live";

export type TallyEvent = Schemas["Event"];

type Listener = (event: TallyEvent) => void;

export const liveState = signal<"starting" | "live" | "late">("starting");

const listeners = new Set<Listener>();

// Returns how to end it.
export function followEvents(): () => void {
  const stop = follow("/v1/events/stream", {
    onState: (state) => (liveState.value = state),
    onEvent: ({ data }) => {
      const event = data as TallyEvent;
      if (event?.type) for (const tell of [...listeners]) tell(event);
    },
  });
  return () => {
    stop();
    liveState.value = "starting";
  };
}

// `wanted`: beginnings of types, such as "session."; all where it is empty. Many at once are one
// call, at the earliest `pauseMs` after the first.
export function useEvents(
  wanted: readonly string[],
  act: (events: readonly TallyEvent[]) => void,
  pauseMs = 400,
): void {
  const newest = useRef(act);
  newest.current = act;
  useEffect(() => {
    let waiting: TallyEvent[] = [];
    let timer = 0;
    const flush = () => {
      const events = waiting;
      waiting = [];
      timer = 0;
      newest.current(events);
    };
    const hear: Listener = (event) => {
      if (wanted.length > 0 && !wanted.some((one) => event.type.startsWith(one))) return;
      waiting.push(event);
      timer ||= window.setTimeout(flush, pauseMs);
    };
    listeners.add(hear);
    return () => {
      listeners.delete(hear);
      clearTimeout(timer);
    };
  }, [wanted.join()]);
}
