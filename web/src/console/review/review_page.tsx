// One review, made for the keyboard: look, change where it is wrong, accept; the next comes.
import { useEffect, useMemo, useState } from "preact/hooks";
import type { JSX } from "preact";
import { Link, useLocation } from "wouter-preact";
import { api, ask } from "@shared/api/client";
import { problemOf, type Problem } from "@shared/api/problem";
import { useResource } from "@shared/api/resource";
import { Button } from "@shared/ui/button";
import { Empty, Notice, ProblemNotice, Skeleton } from "@shared/ui/states";
import { Time } from "@shared/ui/texts";
import { tell, tellProblem } from "@shared/ui/toast";
import { clock as clockWords } from "@shared/time";
import { useFleet, useProducts, useTick } from "../data";
import { useKeys } from "../keys";
import { useEvents } from "../live";
import { bySkuOf, loadCart, nameOf, stepsOf, type SeenCart } from "../sessions/cart";
import { DecisionPanel, EventsPanel } from "../sessions/cart_panels";
import { MasterClock } from "../sessions/clock";
import { Player, seekTo } from "../sessions/player";
import { reasonWords } from "../sessions/reasons";
import "../sessions/session.css";
import { Page } from "../shell/page";
import {
  claim,
  claimNext,
  decide,
  forgetDraft,
  giveBack,
  isMine,
  keepDraft,
  keptDraft,
  pending,
  takeBack,
  type Review,
} from "./decisions";
import { LineEditor } from "./line_editor";
import { draftOf, itemsOf, mark, setQuantity, takeNothing, undo, type Draft } from "./lines";
import { Medians } from "./medians";
import { said } from "./strings";

const extendBelowMs = 3 * 60 * 1000; // A claim is ten minutes; who works on keeps it.

export function ReviewPage({ id }: { id: string }): JSX.Element {
  const words = said.value;
  const [review, setReview] = useState<Review>();
  const [problem, setProblem] = useState<Problem>();
  const load = async () => {
    setProblem(undefined);
    try {
      const got = await ask(api.GET("/v1/reviews/{id}", { params: { path: { id } } }));
      setReview(got.state === "waiting" ? await claim(id) : got);
    } catch (thrown) {
      const found = problemOf(thrown);
      // Somebody was faster; what it is now is shown.
      const now =
        found.status === 409
          ? await ask(api.GET("/v1/reviews/{id}", { params: { path: { id } } })).catch(
              () => undefined,
            )
          : undefined;
      if (now) setReview(now);
      else setProblem(found);
    }
  };
  useEffect(() => void load(), [id]);
  useEvents(["review."], (events) => {
    if (!events.some((one) => one.object_id === id)) return;
    ask(api.GET("/v1/reviews/{id}", { params: { path: { id } } })).then(setReview, () => undefined);
  });
  return (
    <Page
      title={words.title}
      crumbs={[{ href: "/console/review", words: words.queue }]}
      acts={<Medians />}
      wide
    >
      {problem && <ProblemNotice problem={problem} onRetry={load} />}
      {!review && !problem && <Skeleton lines={8} />}
      {review && isMine(review) && (
        <Work review={review} onReview={setReview} key={`${review.id}${review.offers.length}`} />
      )}
      {review && !isMine(review) && <NotMine review={review} onAgain={load} />}
    </Page>
  );
}

// To the next one, or to the queue where there is none.
function useNext(): (after?: string) => Promise<void> {
  const [, go] = useLocation();
  return async (after) => {
    const next = await claimNext(after);
    go(next ? `/console/review/${next.id}` : "/console/review");
  };
}

function NotMine({ review, onAgain }: { review: Review; onAgain: () => unknown }): JSX.Element {
  const words = said.value;
  const next = useNext();
  const products = useProducts();
  const bySku = useMemo(() => bySkuOf(products), [products]);
  useKeys(words.keys.title, [
    { key: "n", words: words.keys.next, run: () => void next().catch(tellProblem) },
    { key: "Enter", words: words.keys.next, run: () => void next().catch(tellProblem) },
  ]);
  const isDecided = review.state === "decided";
  const isOpen = review.state === "claimed" || review.state === "waiting";
  const title = isDecided
    ? words.decidedTitle
    : review.state === "waived"
      ? words.waivedTitle
      : words.othersTitle;
  return (
    <Empty icon={isDecided ? "check" : "person"} title={title}>
      {isOpen && <p>{words.othersTodo}</p>}
      {isDecided && (
        <p>
          {words.decidedLines}:{" "}
          {review.lines.map((one) => `${one.quantity} × ${nameOf(bySku, one.sku)}`).join(", ") ||
            words.nothingCharged}
        </p>
      )}
      <div class="row">
        <Button kind="primary" shortcut="N" busy={words.nextBusy} onPress={() => next()}>
          {words.next}
        </Button>
        {isOpen && <Button onPress={() => onAgain()}>{words.takeAgain}</Button>}
        <Link href={`/console/sessions/${review.session}`}>{words.session}</Link>
      </div>
    </Empty>
  );
}

function Work({
  review,
  onReview,
}: {
  review: Review;
  onReview: (review: Review) => void;
}): JSX.Element {
  const words = said.value;
  const [, go] = useLocation();
  const next = useNext();
  const clock = useMemo(() => new MasterClock(), []);
  const products = useProducts();
  const bySku = useMemo(() => bySkuOf(products), [products]);
  const [draft, setDraft] = useState<Draft>(() => draftOf(keptDraft(review.id) ?? review.suggested));
  const [search, setSearch] = useState<"add" | "swap">();
  const cart = useResource<SeenCart | null>(`cart/${review.session}/${review.cart}`, () =>
    review.cart ? loadCart(review.session) : Promise.resolve(null),
  );
  const steps = useMemo(() => stepsOf(cart.value?.events ?? []), [cart.value]);
  const [shown, show] = useState(-1);
  const goTo = (place: number) => {
    const step = steps[place];
    if (!step) return;
    show(place);
    seekTo(clock, step.event);
  };
  // The first event is what one came to see.
  useEffect(() => {
    if (steps.length > 0 && shown < 0) goTo(0);
  }, [steps]);
  const change = (to: Draft) => {
    setDraft(to);
    keepDraft(review.id, to.lines);
  };
  const leave = async (work: () => Promise<void>) => {
    forgetDraft(review.id);
    await work();
  };
  const accept = async () => {
    decide(review.id, draft.lines);
    tell(words.accepted(itemsOf(draft.lines)), { words: words.undo, run: takeBackLast });
    await next(review.id);
  };
  const takeBackLast = () => {
    const back = takeBack();
    if (!back) return;
    tell(words.undone);
    go(`/console/review/${back}`);
  };
  const undoLast = () => {
    if (draft.before.length > 0) change(undo(draft));
    else takeBackLast();
  };
  const skip = () =>
    leave(async () => {
      await giveBack(review.id);
      await next(review.id);
    });
  const back = () =>
    leave(async () => {
      await giveBack(review.id);
      go("/console/review");
    });
  useReviewKeys({ draft, change, setSearch, accept, undoLast, skip, back });
  return (
    <div class="session review">
      <div class="session-videos">
        <Player
          session={review.session}
          cart={cart.value ?? null}
          clock={clock}
          onEventKey={(way) => goTo(Math.min(steps.length - 1, Math.max(0, shown + way)))}
        />
      </div>
      <div class="session-main">
        <EventsPanel
          cart={cart.value ?? null}
          steps={steps}
          bySku={bySku}
          clock={clock}
          shown={shown}
          onGo={goTo}
        />
      </div>
      <div class="session-aside">
        <Claim review={review} onReview={onReview} />
        <LineEditor
          review={review}
          draft={draft}
          search={search}
          onSearch={setSearch}
          onChange={change}
        />
        <div class="row review-acts">
          <Button kind="primary" shortcut="⏎" busy={words.accepting} onPress={accept}>
            {words.accept}
          </Button>
          <Button shortcut="S" onPress={skip}>
            {words.skip}
          </Button>
          <Button
            icon="undo"
            shortcut="U"
            disabled={draft.before.length === 0 && !pending.value}
            onPress={undoLast}
          >
            {words.undo}
          </Button>
          <Button kind="quiet" onPress={back}>
            {words.giveBack}
          </Button>
        </div>
        <DecisionPanel
          cart={cart.value ?? null}
          bySku={bySku}
          currency={review.offers[0]?.unit_price.currency}
        />
      </div>
    </div>
  );
}

// How long it is still one's own; who works on has it renewed.
function Claim({
  review,
  onReview,
}: {
  review: Review;
  onReview: (review: Review) => void;
}): JSX.Element {
  const words = said.value;
  const fleet = useFleet().value;
  const now = useTick(1000);
  const zone = fleet?.zoneOf(review.cabinet);
  const left = review.claimed_until ? new Date(review.claimed_until).getTime() - now : Infinity;
  const isShort = left < extendBelowMs;
  useEffect(() => {
    if (isShort && !document.hidden) claim(review.id).then(onReview, () => undefined);
  }, [isShort]);
  return (
    <section class="panel">
      <div class="panel-body stack-tight">
        <div class="row-between">
          <b>{fleet?.cabinet(review.cabinet)?.name}</b>
          <Time at={review.opened_at} {...(zone ? { zone } : {})} />
        </div>
        {left > 0 ? (
          <span class="small soft">{words.until(clockWords(left / 1000))}</span>
        ) : (
          <Notice kind="warn">{words.lost}</Notice>
        )}
        <h3>{words.reasons}</h3>
        <ul class="reasons">
          {review.reasons.map((one) => (
            <li key={one}>{reasonWords(one)}</li>
          ))}
        </ul>
        <Link href={`/console/sessions/${review.session}`}>{words.session}</Link>
      </div>
    </section>
  );
}

const secondDigitMs = 700;
let digitAt = 0; // When the last digit was pressed: a second one soon after makes a number of two.

function useReviewKeys({
  draft,
  change,
  setSearch,
  accept,
  undoLast,
  skip,
  back,
}: {
  draft: Draft;
  change: (draft: Draft) => void;
  setSearch: (search: "add" | "swap") => void;
  accept: () => Promise<void>;
  undoLast: () => void;
  skip: () => Promise<void>;
  back: () => Promise<void>;
}): void {
  const words = said.value.keys;
  const safely = (work: () => Promise<void>) => () => void work().catch(tellProblem);
  const digit = (event: KeyboardEvent) => {
    const typed = Number(event.key);
    const now = draft.lines[draft.marked]?.quantity ?? 0;
    const goesOn = Date.now() - digitAt < secondDigitMs && now > 0 && now < 10;
    digitAt = Date.now();
    change(setQuantity(draft, draft.marked, goesOn ? now * 10 + typed : typed));
  };
  // After any other key a digit begins anew: "7", undo, "2" is two, not twelve.
  const anew = <K extends { run: (event: KeyboardEvent) => void }>(key: K): K => ({
    ...key,
    run: (event) => {
      digitAt = 0;
      key.run(event);
    },
  });
  const digits = "0123456789"
    .split("")
    .map((key) => ({ key, words: key === "0" ? words.zero : words.digit, run: digit }));
  const others = [
    { key: "Enter", words: words.accept, run: safely(accept) },
    { key: "a", words: words.accept, run: safely(accept) },
    { key: "ArrowUp", words: words.up, run: () => change(mark(draft, draft.marked - 1)) },
    { key: "ArrowDown", words: words.up, run: () => change(mark(draft, draft.marked + 1)) },
    {
      key: "Backspace",
      words: words.zero,
      run: () => change(setQuantity(draft, draft.marked, 0)),
    },
    { key: "/", words: words.add, run: () => setSearch("add") },
    { key: "x", words: words.swap, run: () => setSearch("swap") },
    { key: "z", words: words.nothing, run: () => change(takeNothing(draft)) },
    { key: "u", words: words.undo, run: undoLast },
    { key: "s", words: words.skip, run: safely(skip) },
    { key: "Escape", words: words.back, run: safely(back) },
  ];
  useKeys(words.title, [...digits, ...others.map(anew)]);
}
