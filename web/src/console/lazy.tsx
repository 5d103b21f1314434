// A section whose script comes when somebody goes there.
import { useEffect, useState } from "preact/hooks";
import type { ComponentType, JSX } from "preact";
import { problemOf, type Problem } from "@shared/api/problem";
import { ProblemNotice, Skeleton } from "@shared/ui/states";

export type Load = () => Promise<{ default: ComponentType }>;

const known = new Map<Load, ComponentType>();

const fetchOnce = async (load: Load): Promise<void> => {
  known.set(load, (await load()).default);
};

// Safari has no word for being idle.
const idle: (run: () => void) => void =
  "requestIdleCallback" in globalThis ? requestIdleCallback : (run) => setTimeout(run, 200);

// Fetches scripts one after the other while the browser has nothing else to do, unless its connection
// is paid for. What fails is fetched when somebody goes there. Gives what stops it.
export function fetchAhead(loads: readonly Load[]): () => void {
  let stopped = Boolean((navigator as { connection?: { saveData?: boolean } }).connection?.saveData);
  const next = (at: number) => {
    const load = loads[at];
    if (stopped || !load) return;
    idle(() => {
      const then = () => next(at + 1);
      if (!stopped) fetchOnce(load).then(then, then);
    });
  };
  next(0);
  return () => (stopped = true);
}

export function Lazy({ load }: { load: Load }): JSX.Element {
  const [, setTurn] = useState(0);
  const [problem, setProblem] = useState<Problem>();
  const fetchIt = () =>
    fetchOnce(load).then(
      () => {
        setProblem(undefined);
        setTurn((turn) => turn + 1);
      },
      (thrown: unknown) => setProblem(problemOf(thrown)),
    );
  useEffect(() => {
    setProblem(undefined);
    if (!known.has(load)) void fetchIt();
  }, [load]);
  const Section = known.get(load);
  if (Section) return <Section />;
  return problem ? <ProblemNotice problem={problem} onRetry={fetchIt} /> : <Skeleton lines={8} />;
}
