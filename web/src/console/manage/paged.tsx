// Lists of the API, page by page: what is there is shown, and more is fetched when a person asks.
import { useEffect, useState } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import { useResource, type Resource } from "@shared/api/resource";
import { words } from "@shared/strings";
import { Button } from "@shared/ui/button";
import { Loaded } from "@shared/ui/states";

export interface Page<T> {
  data: T[];
  has_more: boolean;
}

// `after`: the id that ended the page before.
export type LoadPage<T> = (after: string | undefined) => Promise<Page<T>>;

export interface Paged<T> {
  first: Resource<Page<T>>;
  rows: readonly T[] | undefined;
  hasMore: boolean;
  more: () => Promise<void>;
  reload: () => Promise<void>;
  replace: (isIt: (row: T) => boolean, row: T) => void; // An answer to what was just changed.
}

export function usePaged<T>(
  key: string,
  load: LoadPage<T>,
  idOf: (row: T) => string,
): Paged<T> {
  const first = useResource(key, () => load(undefined));
  const [later, setLater] = useState<{ key: string; pages: Page<T>[] }>({ key, pages: [] });
  const pages = later.key === key ? later.pages : [];
  useEffect(() => setLater({ key, pages: [] }), [key]);
  const all = first.value ? [first.value, ...pages] : undefined;
  const last = all?.[all.length - 1];
  return {
    first,
    rows: all?.flatMap((page) => page.data),
    hasMore: last?.has_more ?? false,
    more: async () => {
      const end = last?.data[last.data.length - 1];
      if (!end) return;
      const page = await load(idOf(end));
      setLater({ key, pages: [...pages, page] });
    },
    reload: async () => {
      setLater({ key, pages: [] });
      await first.reload();
    },
    replace: (isIt, row) => {
      const change = (page: Page<T>): Page<T> => ({
        ...page,
        data: page.data.map((one) => (isIt(one) ? row : one)),
      });
      if (first.value) first.set(change(first.value));
      setLater({ key, pages: pages.map(change) });
    },
  };
}

// The list with its states; `empty` stands where there is nothing.
export function Rows<T>({
  of,
  empty,
  children,
}: {
  of: Paged<T>;
  empty: ComponentChildren;
  children: (rows: readonly T[]) => ComponentChildren;
}): JSX.Element {
  const common = words.value.common;
  return (
    <Loaded of={of.first}>
      {() => (
        <>
          {of.rows?.length ? children(of.rows) : empty}
          {of.hasMore && (
            <div class="more">
              <Button busy={common.loading} onPress={of.more}>
                {common.more}
              </Button>
            </div>
          )}
        </>
      )}
    </Loaded>
  );
}

const perPage = 100;
const pagesMax = 20;

// All of a list that people choose from: at most 2,000.
export async function loadAll<T>(
  load: (query: { limit: number; starting_after?: string }) => Promise<Page<T>>,
  idOf: (row: T) => string,
): Promise<T[]> {
  const all: T[] = [];
  for (let turn = 0; turn < pagesMax; ++turn) {
    const end = all[all.length - 1];
    const page = await load({ limit: perPage, ...(end && { starting_after: idOf(end) }) });
    all.push(...page.data);
    if (!page.has_more) break;
  }
  return all;
}
