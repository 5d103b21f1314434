// The queue of reviews, and the way into it.
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { useLocation } from "wouter-preact";
import { api, ask } from "@shared/api/client";
import { me } from "@shared/api/me";
import { useUrlState } from "@shared/url_state";
import { Button } from "@shared/ui/button";
import { SelectField } from "@shared/ui/field";
import { Empty, ProblemNotice, Skeleton } from "@shared/ui/states";
import { Table } from "@shared/ui/table";
import { Badge, Time } from "@shared/ui/texts";
import { tellProblem } from "@shared/ui/toast";
import { pageQuery, useFleet, usePaged } from "../data";
import { useKeys } from "../keys";
import { useEvents } from "../live";
import { reasonWords } from "../sessions/reasons";
import { Page } from "../shell/page";
import { said as shellSaid } from "../strings";
import { words as allWords } from "@shared/strings";
import { claimNext, type Review } from "./decisions";
import { Medians } from "./medians";
import { said } from "./strings";

const states = ["waiting", "claimed", "decided", "waived"] as const;
const isState = (text: string): text is (typeof states)[number] =>
  (states as readonly string[]).includes(text);

export function QueuePage(): JSX.Element {
  const words = said.value;
  const [, go] = useLocation();
  const [filter, change] = useUrlState({ state: "waiting" });
  const [isEmpty, setEmpty] = useState(false);
  const state = isState(filter.state) ? filter.state : undefined;
  const reviews = usePaged<Review>(`reviews/${state}`, (limit, after) => {
    const query = { ...pageQuery(limit, after), ...(state ? { state } : {}) };
    return ask(api.GET("/v1/reviews", { params: { query } }));
  });
  useEvents(["review."], () => {
    setEmpty(false);
    void reviews.reload();
  });
  const next = async () => {
    const review = await claimNext();
    if (review) go(`/console/review/${review.id}`);
    else setEmpty(true);
  };
  const nextKey = () => void next().catch(tellProblem);
  useKeys(words.keys.title, [
    { key: "Enter", words: words.keys.next, run: nextKey },
    { key: "n", words: words.keys.next, run: nextKey },
  ]);
  const isQueue = state === "waiting";
  return (
    <Page
      title={words.title}
      acts={
        <Button kind="primary" icon="play" shortcut="N" busy={words.nextBusy} onPress={next}>
          {words.start}
        </Button>
      }
    >
      <div class="row-between queue-head">
        <p class="soft" role="status">
          {isQueue && !reviews.first && words.waiting(reviews.rows.length, reviews.more)}
        </p>
        <Medians />
      </div>
      <div class="filters">
        <SelectField
          label={words.state}
          value={filter.state}
          choices={[
            ...states.map((value) => ({ value: value as string, words: words.states[value] })),
            { value: "all", words: words.all },
          ]}
          onChange={(value) => change({ state: value })}
        />
      </div>
      {reviews.problem && <ProblemNotice problem={reviews.problem} onRetry={reviews.reload} />}
      {reviews.first && !reviews.problem && <Skeleton lines={6} />}
      {!reviews.first && reviews.rows.length === 0 && (
        <Empty icon="check" title={isQueue || isEmpty ? words.emptyTitle : words.noList}>
          {isQueue && <p>{words.emptyTodo}</p>}
        </Empty>
      )}
      {reviews.rows.length > 0 && <List rows={reviews.rows} />}
      {reviews.more && (
        <div>
          <Button busy={shellSaid.value.list.loadingMore} onPress={reviews.loadMore}>
            {allWords.value.common.more}
          </Button>
        </div>
      )}
    </Page>
  );
}

function List({ rows }: { rows: readonly Review[] }): JSX.Element {
  const words = said.value;
  const fleet = useFleet().value;
  const columns = [
    {
      head: words.opened,
      cell: (one: Review) => {
        const zone = fleet?.zoneOf(one.cabinet);
        return <Time at={one.opened_at} {...(zone ? { zone } : {})} />;
      },
    },
    { head: words.cabinet, cell: (one: Review) => fleet?.cabinet(one.cabinet)?.name ?? "" },
    {
      head: words.reasons,
      cell: (one: Review) => one.reasons.map(reasonWords).join(", "),
      class: "reasons-cell",
    },
    {
      head: words.state,
      cell: (one: Review) => (
        <Badge
          kind={one.state === "waiting" ? "warn" : one.state === "claimed" ? "info" : "plain"}
          words={words.states[one.state]}
        />
      ),
    },
    { head: words.by, cell: who },
  ];
  return (
    <div class="panel">
      <Table
        caption={words.queue}
        columns={columns}
        rows={rows}
        keyOf={(one) => one.id}
        href={(one) => `/console/review/${one.id}`}
      />
    </div>
  );
}

function who(one: Review): string {
  const id = one.state === "decided" ? one.decided_by : one.claimed_by;
  if (!id) return "";
  return id === me.value?.id ? said.value.you : said.value.somebody;
}
