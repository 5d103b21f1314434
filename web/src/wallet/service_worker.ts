// Keeps the wallet's own files, so that it opens without a connection, and shows the receipts that
// were seen before (those are kept by the page). Never answers for the API.
export {};

interface WaitingEvent extends Event {
  waitUntil: (work: Promise<unknown>) => void;
}
interface AskedEvent extends WaitingEvent {
  readonly request: Request;
  respondWith: (answer: Promise<Response>) => void;
}

const worker = self as unknown as {
  addEventListener: {
    (type: "install" | "activate", does: (event: WaitingEvent) => void): void;
    (type: "fetch", does: (event: AskedEvent) => void): void;
  };
  skipWaiting: () => Promise<void>;
  clients: { claim: () => Promise<void> };
};

const shelf = "wallet-1";
const filesMax = 60;
const pageWithinMs = 3000;
const pagePath = "/wallet";

worker.addEventListener("install", (event) => {
  const kept = caches.open(shelf).then((cache) => cache.add(pagePath));
  event.waitUntil(kept.then(() => worker.skipWaiting()));
});

worker.addEventListener("activate", (event) => {
  const others = caches
    .keys()
    .then((names) => names.filter((name) => name !== shelf))
    .then((names) => Promise.all(names.map((name) => caches.delete(name))));
  event.waitUntil(others.then(() => worker.clients.claim()));
});

async function keep(request: Request | string, answer: Response): Promise<void> {
  const cache = await caches.open(shelf);
  await cache.put(request, answer);
  const all = await cache.keys();
  const old = all.filter((one) => new URL(one.url).pathname !== pagePath).slice(0, -filesMax);
  await Promise.all(old.map((one) => cache.delete(one)));
}

// Hashed names never change what they stand for.
async function file(request: Request): Promise<Response> {
  const kept = await caches.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) void keep(request, answer.clone());
  return answer;
}

// All of the wallet's addresses are one page: the newest, or the kept one where none comes in time.
async function page(request: Request): Promise<Response> {
  const fresh = fetch(request).then((answer) => {
    if (answer.ok) void keep(pagePath, answer.clone());
    return answer;
  });
  const late = new Promise<undefined>((done) => setTimeout(done, pageWithinMs));
  const first = await Promise.race([fresh.catch(() => undefined), late]);
  return first ?? (await caches.match(pagePath)) ?? fresh;
}

const isPage = (path: string): boolean => path === "/" || /^\/(wallet|d|sandbox)(\/|$)/.test(path);

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/assets/")) event.respondWith(file(request));
  else if (request.mode === "navigate" && isPage(url.pathname)) event.respondWith(page(request));
});
