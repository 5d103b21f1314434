// Something that a page shows and the server has. Loads it when `key` changes, shows what was seen
// last where nothing else comes, and loads it again when the connection is back.
import { useEffect, useRef, useState } from "preact/hooks";
import { whenBack } from "../connection";
import { seen } from "../page_name";
import { readStored, writeStored } from "../stored";
import { problemOf, type Problem } from "./problem";

export interface Resource<T> {
  value: T | undefined;
  problem: Problem | undefined; // Of the last try; `value` may be there, and old.
  loading: boolean;
  reload: () => Promise<void>;
  // An answer to what was just changed, or what a stream tells: newer than a load under way, whose
  // answer is not waited for any more.
  set: (value: T) => void;
}

// `keep`: what was loaded is shown again at once after a reload of the page, until sign-out.
export function useResource<T>(
  key: string,
  load: () => Promise<T>,
  { keep = false }: { keep?: boolean } = {},
): Resource<T> {
  const name = seen(key);
  const first = () => (keep ? readStored<T>("browser", name) : undefined);
  const none = undefined as Problem | undefined;
  const [shown, show] = useState({ key, value: first(), problem: none });
  const [loading, setLoading] = useState(true);
  const turn = useRef(0);

  const set = (value: T) => {
    ++turn.current;
    setLoading(false);
    if (keep) writeStored("browser", name, value);
    show({ key, value, problem: undefined });
  };
  const reload = async () => {
    const mine = ++turn.current;
    setLoading(true);
    try {
      const value = await load();
      if (mine === turn.current) set(value);
    } catch (thrown) {
      const problem = problemOf(thrown);
      if (mine === turn.current) {
        show((was) => ({ key, value: was.key === key ? was.value : first(), problem }));
      }
    }
    if (mine === turn.current) setLoading(false);
  };

  useEffect(() => {
    show((was) => (was.key === key ? was : { key, value: first(), problem: undefined }));
    void reload();
    const unsubscribe = whenBack(() => void reload());
    return () => {
      ++turn.current;
      unsubscribe();
    };
  }, [key]);

  const current = shown.key === key;
  return {
    value: current ? shown.value : undefined,
    problem: current ? shown.problem : undefined,
    loading,
    reload,
    set,
  };
}
