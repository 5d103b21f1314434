// fetch() for bad connections: repeats what may be repeated (GET, and whatever carries an
// Idempotency-Key) when no answer came, or the server says that it is busy.
import { noteAnswer, noteSilence } from "../connection";

const pausesMs = [300, 1000, 2500];
const busy = new Set([502, 503, 504]);
const answerWithinMs = 20000;

export const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

async function inFlight(answer: Response): Promise<boolean> {
  if (answer.status !== 409 || !answer.headers.has("Retry-After")) return false;
  const body = (await answer
    .clone()
    .json()
    .catch(() => ({}))) as { code?: string };
  return body.code === "idempotency_key_in_flight";
}

async function once(request: Request): Promise<Response> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), answerWithinMs);
  const stop = () => limit.abort();
  request.signal.addEventListener("abort", stop);
  try {
    const answer = await fetch(request.clone(), { signal: limit.signal });
    noteAnswer();
    return answer;
  } catch (thrown) {
    if (request.signal.aborted) throw thrown;
    noteSilence();
    throw new TypeError("no answer came");
  } finally {
    clearTimeout(timer);
    request.signal.removeEventListener("abort", stop);
  }
}

export async function patientFetch(request: Request): Promise<Response> {
  const safe = request.method === "GET" || request.headers.has("Idempotency-Key");
  for (const pause of safe && navigator.onLine ? pausesMs : []) {
    try {
      const answer = await once(request);
      if (!busy.has(answer.status) && !(await inFlight(answer))) return answer;
    } catch (thrown) {
      if (request.signal.aborted) throw thrown;
    }
    await wait(pause * (0.75 + Math.random() / 2));
  }
  return once(request);
}
