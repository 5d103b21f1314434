// A section whose script comes when somebody goes there.
import { useEffect, useState } from "preact/hooks";
import type { ComponentType, JSX } from "preact";
import { problemOf, type Problem } from "@shared/api/problem";
import { ProblemNotice, Skeleton } from "@shared/ui/states";

export type Load = () => Promise<{ default: ComponentType }>;

const known = new Map<Load, ComponentType>();

export function Lazy({ load }: { load: Load }): JSX.Element {
  const [, setTurn] = useState(0);
  const [problem, setProblem] = useState<Problem>();
  const fetchIt = () =>
    load().then(
      (got) => {
        known.set(load, got.default);
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
