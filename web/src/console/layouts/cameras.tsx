// What the cabinet's cameras see: made by the server for these shelves, or a file that was measured.
import { useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { Button } from "@shared/ui/button";
import { Notice } from "@shared/ui/states";
import { tell } from "@shared/ui/toast";
import type { Product } from "../manage/things";
import { may } from "../roles";
import { shelvesOf } from "./camera_file";
import type { Desk } from "./layout_page";
import { said } from "./words";

async function keepFile(file: File): Promise<Schemas["CameraLayout"]> {
  return ask(
    api.POST("/v1/camera_layouts", {
      headers: { "Content-Type": "application/toml" },
      body: file as unknown as string,
      bodySerializer: (body: unknown) => body as BodyInit,
    }),
  );
}

export function Cameras({
  desk,
  products,
}: {
  desk: Desk;
  products: readonly Product[];
}): JSX.Element {
  const words = said.value;
  const input = useRef<HTMLInputElement>(null);
  const [missing, setMissing] = useState<string[]>([]);
  const take = async (file: File) => {
    const kept = await keepFile(file);
    const skus = new Map(products.map((one) => [one.sku, one.id]));
    const lack = kept.skus.filter((sku) => !skus.has(sku));
    setMissing(lack);
    if (lack.length > 0) return;
    const shelves = shelvesOf(await file.text(), (sku) => skus.get(sku));
    desk.chosen.value = null;
    desk.change({ shelves, cameras: kept.sha256 });
    tell(words.camerasTaken(shelves.reduce((sum, one) => sum + one.facings.length, 0)));
  };
  // The button waits for the choice, and for the sending after it.
  const choose = () =>
    new Promise<void>((done, failed) => {
      const one = input.current;
      if (!one) return done();
      one.oncancel = () => done();
      one.onchange = () => {
        const file = one.files?.[0];
        one.value = "";
        if (file) take(file).then(done, failed);
        else done();
      };
      one.click();
    });
  return (
    <section class="card stack" aria-label={words.cameras}>
      <h2>{words.cameras}</h2>
      <p class="small soft">{desk.layout.value.cameras ? words.camerasOwn : words.camerasMade}</p>
      {missing.length > 0 && (
        <Notice kind="warn">{words.camerasMissing(missing.join(", "))}</Notice>
      )}
      {may("operator") && (
        <div>
          <Button busy={words.camerasSending} onPress={choose}>
            {words.camerasFile}
          </Button>
          <input
            ref={input}
            class="unseen"
            type="file"
            accept=".toml"
            aria-label={words.camerasFile}
            tabIndex={-1}
          />
        </div>
      )}
    </section>
  );
}
