// The editor: products at the side, the cabinet as it stands in the middle, the chosen place, and
// what is done with the whole: save, publish, withdraw, undo.
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { api, ask } from "@shared/api/client";
import { once } from "@shared/api/once";
import { Button, ButtonLink } from "@shared/ui/button";
import { Confirm } from "@shared/ui/dialog";
import { Notice } from "@shared/ui/states";
import { Badge } from "@shared/ui/texts";
import { tell } from "@shared/ui/toast";
import { useKeys } from "../keys";
import { may } from "../roles";
import { Page } from "../shell/page";
import { Cameras } from "./cameras";
import { Chosen } from "./chosen";
import { emptyPlaces, facings, same, wishOf, withoutEmpty, type Layout } from "./edit";
import { draftOf, startOf, type Desk, type Shown } from "./layout_page";
import { planogramsOf, stateKinds, type Planogram } from "./layouts_page";
import { Palette } from "./palette";
import { Shelves } from "./shelves";
import { Versions } from "./versions";
import { said } from "./words";

async function saveDraft(of: Shown, layout: Layout): Promise<Planogram> {
  const draft = draftOf(of.planograms);
  const body = wishOf(layout);
  if (draft) {
    return ask(api.PUT("/v1/planograms/{id}", { params: { path: { id: draft.id } }, body }));
  }
  const path = { id: of.cabinet.id };
  return once(`planogram/${of.cabinet.id}`, (key) =>
    ask(
      api.POST("/v1/cabinets/{id}/planograms", {
        params: { path, header: { "Idempotency-Key": key } },
        body,
      }),
    ),
  );
}

export function Editor({
  of,
  desk,
  onReload,
  crumbs,
}: {
  of: Shown;
  desk: Desk;
  onReload: () => Promise<void>;
  crumbs: { href: string; words: string }[];
}): JSX.Element {
  const words = said.value;
  const [asked, setAsked] = useState<"publish" | "withdraw">();
  const layout = desk.layout.value;
  const changed = !same({ ...layout, cameras: null }, startOf(of.planograms)) || layout.cameras;
  const draft = draftOf(of.planograms);
  const waits = of.planograms.find((one) => one.state === "published");
  const can = may("operator");
  useKeys(words.title, [{ key: "u", words: words.undo, run: desk.undo }]);

  const save = async () => {
    await saveDraft(of, layout);
    await onReload();
    desk.reset(startOf(await planogramsOf(of.cabinet.id)));
    tell(words.savedToast);
  };
  const publish = async () => {
    const saved = await saveDraft(of, withoutEmpty(layout));
    await once(`publish/${saved.id}`, (key) =>
      ask(
        api.POST("/v1/planograms/{id}/publish", {
          params: { path: { id: saved.id }, header: { "Idempotency-Key": key } },
        }),
      ),
    );
    setAsked(undefined);
    await onReload();
    desk.reset(startOf(await planogramsOf(of.cabinet.id)));
    tell(words.published);
  };
  const withdraw = async () => {
    if (waits) {
      const path = { id: waits.id };
      await ask(api.POST("/v1/planograms/{id}/withdraw", { params: { path } }));
    }
    setAsked(undefined);
    await onReload();
    desk.reset(startOf(await planogramsOf(of.cabinet.id)));
  };
  const badge = changed ? (
    <Badge kind="warn" words={words.unsaved} />
  ) : (
    <StateBadge of={draft ?? waits ?? of.planograms.find((one) => one.state === "applied")} />
  );
  return (
    <Page
      title={of.cabinet.name}
      crumbs={crumbs}
      badge={badge}
      wide
      acts={
        can && (
          <>
            {desk.before.value.length > 0 && (
              <Button kind="quiet" icon="undo" shortcut="u" onPress={desk.undo}>
                {words.undo}
              </Button>
            )}
            {changed && (
              <Button kind="quiet" onPress={() => desk.reset(startOf(of.planograms))}>
                {words.discard}
              </Button>
            )}
            <Button busy={words.saving} disabled={!changed} onPress={save}>
              {words.save}
            </Button>
            <Button
              kind="primary"
              disabled={!changed && !draft && !!of.planograms.length}
              onPress={() => setAsked("publish")}
            >
              {words.publish}
            </Button>
          </>
        )
      }
    >
      {waits && <Waiting of={waits} onWithdraw={() => setAsked("withdraw")} />}
      <p class="small soft">{words.how}</p>
      <p class="unseen" role="status" aria-live="polite">
        {desk.told.value}
      </p>
      <div class="layout-room">
        <Palette desk={desk} products={of.products} />
        <Shelves desk={desk} products={of.products} />
        <div class="stack">
          <Chosen desk={desk} products={of.products} />
          <Cameras desk={desk} products={of.products} />
          <Versions of={of} />
        </div>
      </div>
      {asked === "publish" && (
        <Publish layout={layout} onYes={publish} onClose={() => setAsked(undefined)} />
      )}
      {asked === "withdraw" && (
        <Confirm
          title={words.withdrawAsk}
          yes={words.withdraw}
          danger
          onYes={withdraw}
          onClose={() => setAsked(undefined)}
        >
          <p>{words.withdrawWords}</p>
        </Confirm>
      )}
    </Page>
  );
}

function StateBadge({ of }: { of: Planogram | undefined }): JSX.Element | null {
  return of ? <Badge kind={stateKinds[of.state]} words={said.value.states[of.state]} /> : null;
}

function Waiting({ of, onWithdraw }: { of: Planogram; onWithdraw: () => void }): JSX.Element {
  const words = said.value;
  return (
    <Notice kind="info" title={words.waits(of.version)}>
      <div class="stack-tight">
        <span>{words.waitsTodo}</span>
        <div class="row">
          {may("restocker") && (
            <ButtonLink icon="truck" href={`/console/stock/${of.cabinet}/restock`}>
              {words.restock}
            </ButtonLink>
          )}
          {may("operator") && <Button onPress={onWithdraw}>{words.withdraw}</Button>}
        </div>
      </div>
    </Notice>
  );
}

function Publish({
  layout,
  onYes,
  onClose,
}: {
  layout: Layout;
  onYes: () => Promise<void>;
  onClose: () => void;
}): JSX.Element {
  const words = said.value;
  const empty = emptyPlaces(layout);
  const nothing = empty === facings(layout).length;
  return (
    <Confirm
      title={words.publishAsk}
      yes={words.publish}
      onYes={nothing ? onClose : onYes}
      onClose={onClose}
    >
      {nothing ? (
        <Notice kind="warn">{words.publishNothing}</Notice>
      ) : (
        <div class="stack-tight">
          <p>{words.publishWords}</p>
          {empty > 0 && <p>{words.publishEmpty(empty)}</p>}
        </div>
      )}
    </Confirm>
  );
}
