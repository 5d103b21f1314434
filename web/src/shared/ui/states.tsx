// What a page shows where its matter is not there yet, not there at all, or could not be had.
import type { ComponentChildren, JSX } from "preact";
import type { Problem } from "../api/problem";
import type { Resource } from "../api/resource";
import { offline } from "../connection";
import { words } from "../strings";
import { Button } from "./button";
import { Icon, type IconName } from "./icons";

export function Skeleton({
  lines = 4,
  words: said,
}: {
  lines?: number;
  words?: string;
}): JSX.Element {
  return (
    <div class="skeleton" role="status">
      <span class="soft">{said ?? words.value.common.loading}</span>
      {Array.from({ length: lines }, (_, index) => (
        <i key={index} />
      ))}
    </div>
  );
}

export function Empty({
  icon,
  title,
  children,
}: {
  icon: IconName;
  title: string;
  children?: ComponentChildren;
}): JSX.Element {
  return (
    <div class="empty">
      <Icon name={icon} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export type NoticeKind = "info" | "good" | "warn" | "bad";
const noticeIcons: Record<NoticeKind, IconName> = {
  info: "info",
  good: "check",
  warn: "alert",
  bad: "alert",
};

export function Notice({
  kind = "info",
  title,
  children,
}: {
  kind?: NoticeKind;
  title?: string;
  children?: ComponentChildren;
}): JSX.Element {
  return (
    <div class={`notice ${kind}`} role={kind === "bad" ? "alert" : undefined}>
      <Icon name={noticeIcons[kind]} />
      <div class="grow">
        {title && <b>{title}</b>}
        {children}
      </div>
    </div>
  );
}

export function ProblemNotice({
  problem,
  onRetry,
}: {
  problem: Problem;
  onRetry?: () => unknown;
}): JSX.Element {
  const common = words.value.common;
  return (
    <Notice kind="bad" title={problem.happened}>
      <div class="stack-tight">
        {problem.todo && <span>{problem.todo}</span>}
        {problem.kind === "server" && problem.requestId && (
          <span class="small">
            {common.requestId} <span class="mono">{problem.requestId}</span>
          </span>
        )}
        {onRetry && (
          <div>
            <Button icon="reload" busy={common.loading} onPress={onRetry}>
              {common.retry}
            </Button>
          </div>
        )}
      </div>
    </Notice>
  );
}

// The three states of a resource; `children` gets its value. Old news stay where new ones fail.
export function Loaded<T>({
  of,
  lines,
  children,
}: {
  of: Resource<T>;
  lines?: number;
  children: (value: T) => ComponentChildren;
}): JSX.Element {
  const problem = of.problem && <ProblemNotice problem={of.problem} onRetry={of.reload} />;
  if (of.value === undefined) return problem || <Skeleton {...(lines ? { lines } : {})} />;
  return (
    <>
      {!offline.value && problem}
      {children(of.value)}
    </>
  );
}

export function OfflineBanner(): JSX.Element | null {
  if (!offline.value) return null;
  return (
    <div class="offline" role="status">
      {words.value.common.offline}
    </div>
  );
}
