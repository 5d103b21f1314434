// Connecting a cabinet: a code for 15 minutes, and the very commands to run.
import { useEffect, useState } from "preact/hooks";
import type { JSX } from "preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { timeOnly } from "@shared/time";
import { Button } from "@shared/ui/button";
import { useDraft } from "../manage/draft";
import { CopyText } from "../manage/secret";
import type { Cabinet } from "../manage/things";
import { said } from "./words";

type Code = Schemas["ProvisioningCode"];

const lookEveryMs = 2500;

export function Provision({
  cabinet,
  onLook,
}: {
  cabinet: Cabinet;
  onLook: () => Promise<void>;
}): JSX.Element {
  const words = said.value.steps;
  // Kept in the tab for its 15 minutes, so that a reload does not take it away.
  const kept = useDraft<Code | null>(`steps.code.${cabinet.id}`, null);
  const [now, setNow] = useState(Date.now());
  const code = kept.value && Date.parse(kept.value.expires_at) > now ? kept.value : null;
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now());
      void onLook();
    }, lookEveryMs);
    return () => clearInterval(timer);
  }, []);
  const make = async () => {
    const path = { id: cabinet.id };
    kept.value = await ask(api.POST("/v1/cabinets/{id}/provisioning_codes", { params: { path } }));
  };
  if (!code) {
    return (
      <>
        <p>{words.provisionWords}</p>
        <div>
          <Button kind="primary" icon="key" busy={words.making} onPress={make}>
            {words.makeCode}
          </Button>
        </div>
      </>
    );
  }
  const provision =
    `tally device provision --server ${location.origin} --code ${code.code} ` +
    "--config cabinet.toml";
  return (
    <>
      <p>{words.provisionWords}</p>
      <CopyText text={provision} label={words.provisionCommand} />
      <CopyText text="tally device --config cabinet.toml" label={words.runCommand} />
      <p>{words.virtualWords}</p>
      <CopyText text="tally device --config cabinet.toml --virtual" label={words.virtualCommand} />
      <p class="small soft">{words.expires(timeOnly(code.expires_at))}</p>
      <p role="status">{words.waiting}</p>
      <div>
        <Button busy={words.making} onPress={make}>
          {words.newCode}
        </Button>
      </div>
    </>
  );
}
