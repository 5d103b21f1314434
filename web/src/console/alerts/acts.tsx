// How an alert stands, and what a person can do about it: wherever alerts are listed.
import type { JSX } from "preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { me } from "@shared/api/me";
import { useResource } from "@shared/api/resource";
import { relative } from "@shared/time";
import { Button } from "@shared/ui/button";
import { Badge } from "@shared/ui/texts";
import { tell } from "@shared/ui/toast";
import { loadAll } from "../manage/paged";
import { may } from "../roles";
import { said } from "./words";

type Alert = Schemas["Alert"];

// Only owners may see who works here; for others it is somebody.
const loadNames = async (): Promise<Map<string, string>> => {
  if (!may("owner")) return new Map();
  const load = (query: { limit: number }) => ask(api.GET("/v1/users", { params: { query } }));
  return new Map((await loadAll(load, (one) => one.id)).map((one) => [one.id, one.name]));
};

export function AlertActs({
  of,
  onChange,
}: {
  of: Alert;
  onChange: (next: Alert) => void;
}): JSX.Element {
  const words = said.value;
  const can = may("restocker") || may("reviewer");
  const names = useResource("alerts/names", loadNames);
  const change = async (body: Schemas["AlertChange"]) => {
    const path = { id: of.id };
    onChange(await ask(api.PATCH("/v1/alerts/{id}", { params: { path }, body })));
  };
  const acknowledge = async () => {
    await change({ acknowledged: true });
    tell(words.acknowledgedToast, {
      words: words.notMine,
      run: () => void change({ acknowledged: false }),
    });
  };
  const by = of.acknowledged_by;
  const who = by === me.value?.id ? words.you : (by && names.value?.get(by)) || words.somebody;
  if (of.state === "cleared") return <Badge kind="good" words={words.cleared} />;
  return (
    <div class="row">
      {of.acknowledged_at ? (
        <span class="small soft">{words.acknowledged(who, relative(of.acknowledged_at))}</span>
      ) : (
        <Badge kind="bad" words={words.open} />
      )}
      {can && !of.acknowledged_at && (
        <Button busy={words.acknowledging} onPress={acknowledge}>
          {words.acknowledge}
        </Button>
      )}
      {can && of.clearable && (
        <Button busy={words.clearing} onPress={() => change({ cleared: true })}>
          {words.clear}
        </Button>
      )}
    </div>
  );
}
