// Free play: what is taken and put back is chosen at the shelves, rendered, and then played. The
// cabinet's agent keeps what was chosen, so that a reload loses nothing.
import { useEffect, useState } from "preact/hooks";
import type { JSX } from "preact";
import { useResource } from "@shared/api/resource";
import { locale } from "@shared/language";
import { words } from "@shared/strings";
import { Button } from "@shared/ui/button";
import { Loaded, Notice } from "@shared/ui/states";
import { tellProblem } from "@shared/ui/toast";
import { PlayHand, PlayShelf } from "./play_shelf";
import { act, chooseClip, loadShelf, type CabinetState, type Play, type PlayLine } from "./state";
import type { Shelf } from "./state";

// Measured: door, and then each act, on one core.
const doorSeconds = 10;
const actSeconds = 12;

export function FreePlay({ now }: { now: CabinetState }): JSX.Element {
  const said = words.value.cabinet.demo.play;
  return (
    <section class="play stack" aria-labelledby="play">
      <h2 id="play">{said.title}</h2>
      <p class="soft">{said.intro}</p>
      {now.play ? <Stage now={now} play={now.play} /> : <Notice>{said.missing}</Notice>}
    </section>
  );
}

function Stage({ now, play }: { now: CabinetState; play: Play }): JSX.Element {
  if (play.stage === "choosing") return <Choosing play={play} />;
  if (play.stage === "rendering") return <Rendering play={play} />;
  return <Rendered now={now} play={play} />;
}

function Choosing({ play }: { play: Play }): JSX.Element {
  const said = words.value.cabinet.demo.play;
  const shelf = useResource("shelf", loadShelf);
  return (
    <>
      {play.problem && (
        <Notice kind="bad" title={said.failed}>
          <p class="mono small">{play.problem}</p>
          <p>{said.failedTodo}</p>
        </Notice>
      )}
      {shelf.value || shelf.problem ? (
        <Loaded of={shelf}>{(value) => <AtTheShelf play={play} shelf={value} />}</Loaded>
      ) : (
        <p class="soft" role="status">
          {said.loading}
        </p>
      )}
    </>
  );
}

function AtTheShelf({ play, shelf }: { play: Play; shelf: Shelf }): JSX.Element {
  const said = words.value.cabinet.demo.play;
  const [chosen, choose] = useState("");
  const held = play.hand.find((one) => one.product === chosen);
  const full = play.acts.length >= shelf.acts_max;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape") choose("");
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  const press = (facing: string) => {
    choose("");
    act(held ? { put: held.product, facing } : { take: facing }).catch(tellProblem);
  };
  return (
    <div class="play-room">
      <div class="stack-tight">
        <p class="play-what">{held ? said.putting(said.product(held.product)) : said.shelf}</p>
        <PlayShelf play={play} shelf={shelf} held={held} full={full} onPress={press} />
      </div>
      <div class="stack">
        <PlayHand play={play} chosen={held?.product ?? ""} full={full} onChoose={choose} />
        <Acts play={play} full={full} most={shelf.acts_max} />
      </div>
    </div>
  );
}

function Acts({ play, full, most }: { play: Play; full: boolean; most: number }): JSX.Element {
  const said = words.value.cabinet.demo.play;
  const none = play.acts.length === 0;
  const seconds = doorSeconds + actSeconds * play.acts.length;
  return (
    <div class="stack-tight">
      <h3>{said.acts}</h3>
      <ol class="play-acts" aria-live="polite">
        {play.acts.map((one, index) => (
          <li key={index}>
            {(one.puts ? said.put : said.took)(said.product(one.product), one.facing)}
          </li>
        ))}
      </ol>
      {none && <p class="soft">{said.actsEmpty}</p>}
      {full && <p>{said.full(most)}</p>}
      {!none && <p class="soft small">{said.estimate(secondsIn(seconds))}</p>}
      <div class="row">
        <Button
          kind="primary"
          icon="video"
          busy={said.renderingStarts}
          disabled={none}
          onPress={() => act({ do: "render" })}
        >
          {said.render}
        </Button>
        <Button
          icon="undo"
          busy={said.undoing}
          disabled={none}
          onPress={() => act({ do: "undo" })}
        >
          {said.undo}
        </Button>
      </div>
    </div>
  );
}

function secondsIn(seconds: number): string {
  const options = { style: "unit", unit: "second", unitDisplay: "long" } as const;
  return new Intl.NumberFormat(locale(), options).format(seconds);
}

function Rendering({ play }: { play: Play }): JSX.Element {
  const said = words.value.cabinet.demo.play;
  return (
    <div class="stack-tight">
      <label class="stack-tight">
        {said.rendering(play.percent)}
        <progress class="play-progress" value={play.percent} max={100} />
      </label>
      <p class="soft">{said.renderingWords}</p>
      <div>
        <Button icon="close" busy={said.stop} onPress={() => act({ do: "begin_anew" })}>
          {said.stop}
        </Button>
      </div>
    </div>
  );
}

function Rendered({ now, play }: { now: CabinetState; play: Play }): JSX.Element {
  const said = words.value.cabinet.demo.play;
  const isNext = now.clip >= now.clips.length;
  return (
    <div class="stack">
      <div role="status" class="stack">
        {play.stage === "ready" && (
          <Notice kind="good" title={said.ready}>
            {isNext ? said.readyWords : said.notNext}
          </Notice>
        )}
        {play.stage === "playing" && <Notice>{now.door_open ? said.playing : said.judging}</Notice>}
        {play.stage === "played" && <Verdict play={play} />}
      </div>
      <div class="play-result">
        <Lines title={said.you} lines={play.truth} />
        {play.stage === "played" && (
          <Lines title={said.tally} lines={isOver(play) ? (play.charge?.lines ?? []) : null} />
        )}
      </div>
      <div class="row">
        {play.stage === "ready" && !isNext && (
          <Button kind="primary" icon="play" onPress={() => chooseClip(now.clips.length)}>
            {said.playMine}
          </Button>
        )}
        {play.stage !== "playing" && (
          <Button icon="reload" busy={said.anew} onPress={() => act({ do: "begin_anew" })}>
            {said.anew}
          </Button>
        )}
      </div>
    </div>
  );
}

function isOver({ charge }: Play): boolean {
  return charge !== null && (charge.lines !== null || charge.state === "ended");
}

function isSame(one: readonly PlayLine[], other: readonly PlayLine[]): boolean {
  const text = (lines: readonly PlayLine[]) =>
    lines.map((line) => `${line.product} ${line.quantity}`).sort();
  return text(one).join() === text(other).join();
}

function Verdict({ play }: { play: Play }): JSX.Element {
  const said = words.value.cabinet.demo.play;
  if (!isOver(play)) {
    const asks = play.charge?.state === "review";
    return <Notice kind={asks ? "warn" : "info"}>{asks ? said.review : said.judging}</Notice>;
  }
  const right = isSame(play.truth, play.charge?.lines ?? []);
  return <Notice kind={right ? "good" : "bad"} title={right ? said.right : said.wrong} />;
}

function Lines({ title, lines }: { title: string; lines: PlayLine[] | null }): JSX.Element {
  const said = words.value.cabinet.demo.play;
  return (
    <div class="stack-tight">
      <h3>{title}</h3>
      {lines === null && <p class="soft">{said.notYet}</p>}
      {lines?.length === 0 && <p>{said.nothing}</p>}
      <ul class="play-lines">
        {lines?.map((line) => (
          <li key={line.product}>
            <img src={`/play/photos/${line.product}`} alt="" />
            {said.counted(said.product(line.product), line.quantity)}
          </li>
        ))}
      </ul>
    </div>
  );
}
