// The lines that the shopper is to pay for: marked by arrows, counted by digits, added by search.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import { Button } from "@shared/ui/button";
import { Money } from "@shared/ui/texts";
import { photoOf, useProducts } from "../data";
import type { Review } from "./decisions";
import {
  addProduct,
  draftOf,
  findOffers,
  mark,
  setQuantity,
  swapProduct,
  totalOf,
  type Draft,
  type Offer,
} from "./lines";
import { said } from "./strings";

const foundMax = 8;

export function LineEditor({
  review,
  draft,
  search,
  onSearch,
  onChange,
}: {
  review: Review;
  draft: Draft;
  search: "add" | "swap" | undefined;
  onSearch: (search: "add" | "swap" | undefined) => void;
  onChange: (draft: Draft) => void;
}): JSX.Element {
  const words = said.value;
  const total = totalOf(draft.lines, review.offers);
  const choose = (offer: Offer) => {
    onChange(
      search === "swap"
        ? swapProduct(draft, draft.marked, offer.sku)
        : addProduct(draft, offer.sku),
    );
    onSearch(undefined);
  };
  return (
    <section class="panel">
      <div class="panel-head row-between">
        <h2>{words.lines}</h2>
        {draft.before.length > 0 && (
          <Button kind="quiet" onPress={() => onChange(draftOf(review.suggested))}>
            {words.reset}
          </Button>
        )}
      </div>
      {draft.lines.length === 0 && <p class="panel-body soft">{words.noLines}</p>}
      <ul class="edit-lines">
        {draft.lines.map((line, index) => (
          <EditLine
            key={line.sku}
            review={review}
            draft={draft}
            index={index}
            onChange={onChange}
          />
        ))}
      </ul>
      {search ? (
        <Search
          offers={review.offers}
          label={search === "swap" ? words.swap : words.search}
          onChoose={choose}
          onClose={() => onSearch(undefined)}
        />
      ) : (
        <div class="panel-body row">
          <Button icon="plus" shortcut="/" onPress={() => onSearch("add")}>
            {words.add}
          </Button>
          {draft.lines.length > 0 && (
            <Button shortcut="X" onPress={() => onSearch("swap")}>
              {words.swap}
            </Button>
          )}
        </div>
      )}
      {total && (
        <div class="row-between panel-body edit-total">
          <b>{words.total}</b>
          <b>
            <Money of={total} />
          </b>
        </div>
      )}
    </section>
  );
}

function EditLine({
  review,
  draft,
  index,
  onChange,
}: {
  review: Review;
  draft: Draft;
  index: number;
  onChange: (draft: Draft) => void;
}): JSX.Element | null {
  const words = said.value;
  const products = useProducts();
  const line = draft.lines[index];
  if (!line) return null;
  const offer = review.offers.find((one) => one.sku === line.sku);
  const photo = offer && photoOf(products.get(offer.product));
  const suggested = review.suggested.find((one) => one.sku === line.sku)?.quantity ?? 0;
  const isMarked = draft.marked === index;
  const name = offer?.name ?? line.sku;
  return (
    <li
      class={["edit-line", isMarked && "marked", line.quantity === 0 && "none"]
        .filter(Boolean)
        .join(" ")}
      aria-current={isMarked ? "true" : undefined}
      onClick={() => onChange(mark(draft, index))}
    >
      {photo ? <img src={photo} alt="" width="40" height="40" /> : <span class="no-photo" />}
      <span class="grow">
        <span class="name">{name}</span>
        <span class="small soft">
          {offer && <Money of={offer.unit_price} />}
          {suggested !== line.quantity && ` · ${words.suggested(suggested)}`}
          {line.quantity === 0 && ` · ${words.notCharged}`}
        </span>
      </span>
      <span class="count">
        <Button
          kind="quiet"
          icon="minus"
          label={`${words.fewer}: ${name}`}
          onPress={() => onChange(setQuantity(draft, index, line.quantity - 1))}
        />
        <b class="number" data-sku={line.sku}>
          {line.quantity}
        </b>
        <Button
          kind="quiet"
          icon="plus"
          label={`${words.more}: ${name}`}
          onPress={() => onChange(setQuantity(draft, index, line.quantity + 1))}
        />
      </span>
    </li>
  );
}

// A list under a field: arrows mark, Enter chooses, Escape leaves.
function Search({
  offers,
  label,
  onChoose,
  onClose,
}: {
  offers: readonly Offer[];
  label: string;
  onChoose: (offer: Offer) => void;
  onClose: () => void;
}): JSX.Element {
  const words = said.value;
  const id = useId();
  const [typed, setTyped] = useState("");
  const [marked, setMarked] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const found = findOffers(offers, typed).slice(0, foundMax);
  const at = Math.min(marked, Math.max(0, found.length - 1));
  const press = (event: KeyboardEvent) => {
    const chosen = found[at];
    if (event.key === "ArrowDown") setMarked(Math.min(found.length - 1, at + 1));
    else if (event.key === "ArrowUp") setMarked(Math.max(0, at - 1));
    else if (event.key === "Enter" && chosen) onChoose(chosen);
    else if (event.key === "Escape") onClose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="panel-body stack-tight">
      <div class="field">
        <label for={id}>{label}</label>
        <input
          ref={field}
          id={id}
          class="input"
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={found[at] ? `${id}-${at}` : undefined}
          placeholder={words.searchHint}
          autocomplete="off"
          value={typed}
          onInput={(event) => {
            setTyped(event.currentTarget.value);
            setMarked(0);
          }}
          onKeyDown={press}
        />
      </div>
      {found.length === 0 && <p class="soft small">{words.noneFound}</p>}
      <ul class="found" role="listbox" id={`${id}-list`} aria-label={label}>
        {found.map((one, index) => (
          <li
            key={one.sku}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === at}
            onClick={() => onChoose(one)}
          >
            <span class="grow">
              {one.name} {!one.here && <span class="small soft">{words.notHere}</span>}
            </span>
            <Money of={one.unit_price} />
          </li>
        ))}
      </ul>
    </div>
  );
}
