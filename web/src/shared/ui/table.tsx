// Tables. Where a row leads somewhere, its first cell is the link, so that keyboards and readers
// have it; the rest of the row is a larger target for pointers. On a phone each row is a block of
// its own, with the columns' heads beside what they say; the roles are named since browsers forget
// those of tables that are laid out otherwise.
import type { ComponentChildren, JSX } from "preact";
import { useLocation } from "wouter-preact";

export interface Column<T> {
  head: string;
  cell: (row: T) => ComponentChildren;
  end?: boolean; // Numbers: aligned at their end.
  class?: string;
}

export function Table<T>({
  caption,
  columns,
  rows,
  keyOf,
  href,
}: {
  caption: string; // Read aloud.
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string;
  href?: (row: T) => string;
}): JSX.Element {
  const [, go] = useLocation();
  const classOf = (column: Column<T>) =>
    [column.end && "end", column.class].filter(Boolean).join(" ") || undefined;
  return (
    // Wider than a phone it scrolls: by the keyboard, too, where no link inside takes the focus.
    <div
      class="table-room"
      {...(!href && { tabIndex: 0, role: "group", "aria-label": caption })}
    >
      <table class="table stacks" role="table">
        <caption class="unseen">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <th key={column.head} scope="col" role="columnheader" class={classOf(column)}>
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => {
            const target = href?.(row);
            return (
              <tr
                key={keyOf(row)}
                role="row"
                class={target ? "goes" : undefined}
                onClick={(event) => {
                  const on = event.target as Element;
                  if (target && !on.closest("a, button, input, label")) go(target);
                }}
              >
                {columns.map((column, index) => (
                  <td
                    key={column.head}
                    role="cell"
                    class={classOf(column)}
                    data-head={index === 0 ? undefined : column.head}
                  >
                    {target && index === 0 ? (
                      <TableLink href={target}>{column.cell(row)}</TableLink>
                    ) : (
                      column.cell(row)
                    )}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function TableLink({ href, children }: { href: string; children: ComponentChildren }): JSX.Element {
  const [, go] = useLocation();
  return (
    <a
      href={href}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        go(href);
      }}
    >
      {children}
    </a>
  );
}
