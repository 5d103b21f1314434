// The shelves of a cabinet as they are, by its layout, and the hand before them.
import type { JSX } from "preact";
import { words } from "@shared/strings";
import { Button } from "@shared/ui/button";
import type { Play, Shelf } from "./state";

type Held = Play["hand"][number];

const behindMax = 3; // So many packages are drawn behind the first.

interface ShelfProps {
  play: Play;
  shelf: Shelf;
  held: Held | undefined; // What is to be put back.
  full: boolean; // No act more.
  onPress: (facing: string) => void;
}

const share = (part: number, whole: number): string => `${(100 * part) / whole}%`;

export function PlayShelf(props: ShelfProps): JSX.Element {
  const { shelf } = props;
  const boards = [...shelf.boards].sort((one, other) => other.z - one.z);
  return (
    <div class="play-shelf">
      {boards.map((board, index) => {
        const above = boards[index - 1]?.z ?? shelf.height;
        return (
          <div
            key={board.id}
            class="play-board"
            role="group"
            aria-label={board.id}
            style={{ aspectRatio: `${shelf.width} / ${above - board.z}` }}
          >
            {shelf.facings
              .filter((facing) => facing.board === board.id)
              .map((facing) => (
                <Facing key={facing.id} facing={facing} clear={above - board.z} {...props} />
              ))}
          </div>
        );
      })}
    </div>
  );
}

function Facing({
  facing,
  clear,
  play,
  shelf,
  held,
  full,
  onPress,
}: ShelfProps & { facing: Shelf["facings"][number]; clear: number }): JSX.Element {
  const said = words.value.cabinet.demo.play;
  const stands = play.facings.find((one) => one.id === facing.id);
  const front = shelf.products.find((one) => one.id === stands?.front);
  const count = stands?.count ?? 0;
  const may = !full && (held ? held.fits.includes(facing.id) : front !== undefined);
  return (
    <button
      type="button"
      class={held && may ? "play-facing goal" : "play-facing"}
      style={{
        left: share(facing.left + shelf.width / 2, shelf.width),
        width: share(facing.right - facing.left, shelf.width),
      }}
      disabled={!may}
      aria-label={label()}
      title={label()}
      onClick={() => onPress(facing.id)}
    >
      {front && (
        <span
          class="play-package"
          style={{
            height: share(front.height, clear),
            width: share(front.width, facing.right - facing.left),
          }}
        >
          {Array.from({ length: Math.min(behindMax, count - 1) }, (_, index) => (
            <i key={index} style={{ transform: `translateY(-${3 * (index + 1)}px)` }} />
          ))}
          <img src={`/play/photos/${front.id}`} alt="" />
        </span>
      )}
      {count > 0 && <span class="play-count" data-count={count} />}
    </button>
  );

  function label(): string {
    if (held) {
      return (may ? said.putInto : said.noPlace)(said.product(held.product), facing.id);
    }
    if (!front) return said.emptyPlace(facing.id);
    return said.takeFrom(said.product(front.id), facing.id, count);
  }
}

export function PlayHand({
  play,
  chosen,
  full,
  onChoose,
}: {
  play: Play;
  chosen: string; // The product that is to be put back; "": none.
  full: boolean;
  onChoose: (product: string) => void;
}): JSX.Element {
  const said = words.value.cabinet.demo.play;
  return (
    <div class="stack-tight">
      <h3>{said.hand}</h3>
      <div class="play-hand">
        {play.hand.map(({ product, count }) => (
          <button
            key={product}
            type="button"
            class="play-held"
            aria-pressed={product === chosen}
            disabled={full}
            aria-label={said.putBack(said.product(product), count)}
            onClick={() => onChoose(product === chosen ? "" : product)}
          >
            <img src={`/play/photos/${product}`} alt="" />
            <span>{said.counted(said.product(product), count)}</span>
          </button>
        ))}
      </div>
      <p class="soft">{play.hand.length > 0 ? said.handHint : said.handEmpty}</p>
      {chosen && (
        <div>
          <Button kind="quiet" onPress={() => onChoose("")}>
            {said.keep}
          </Button>
        </div>
      )}
    </div>
  );
}
