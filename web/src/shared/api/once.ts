// One Idempotency-Key for one wish, kept until it was decided: over retries, a lost connection and
// a reload, so that nothing happens twice.
import { readStored, writeStored } from "../stored";
import { problemOf } from "./problem";

const newKey = (): string => crypto.randomUUID();

// `wish` names what is wanted, e.g. `unlock/${token}`.
export async function once<T>(wish: string, work: (key: string) => Promise<T>): Promise<T> {
  const name = `wish.${wish}`;
  const key = readStored<string>("tab", name) ?? newKey();
  writeStored("tab", name, key);
  try {
    const result = await work(key);
    writeStored("tab", name, undefined);
    return result;
  } catch (thrown) {
    const problem = problemOf(thrown);
    const undecided = problem.kind !== "refused" || problem.code === "idempotency_key_in_flight";
    if (!undecided) writeStored("tab", name, undefined);
    throw problem;
  }
}
