// One product: its words, its photos and what the cameras' model makes of them.
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { useResource, type Resource } from "@shared/api/resource";
import { ButtonLink } from "@shared/ui/button";
import { Loaded } from "@shared/ui/states";
import { tell, tellProblem } from "@shared/ui/toast";
import { useFields } from "../manage/draft";
import { Form } from "../manage/form";
import { may } from "../roles";
import { Page } from "../shell/page";
import { PhotoDrop } from "./drop";
import { EnrolmentNotes, EnrolledPhotos, useEnrolment } from "./enrolment";
import { ProductFields } from "./fields";
import { changeOf, wrongProduct, type ProductField } from "./form";
import { fit, NoPicture, sendPhoto } from "./pictures";
import { said } from "./words";

type Product = Schemas["Product"];

export function ProductPage({ id }: { id: string }): JSX.Element {
  const product = useResource(`product/${id}`, () =>
    ask(api.GET("/v1/products/{id}", { params: { path: { id } } })),
  );
  return (
    <Page
      title={product.value?.name ?? said.value.title}
      crumbs={[{ href: "/console/products", words: said.value.title }]}
      acts={
        may("operator") && (
          <ButtonLink icon="plus" href="/console/products/new">
            {said.value.addAnother}
          </ButtonLink>
        )
      }
    >
      <Loaded of={product}>
        {(one) => (
          <div class="two">
            <Photos of={one} onChange={product.reload} />
            <Details of={one} resource={product} key={one.version} />
          </div>
        )}
      </Loaded>
    </Page>
  );
}

const text = (number: number | undefined): string => (number === undefined ? "" : String(number));

function Details({ of, resource }: { of: Product; resource: Resource<Product> }): JSX.Element {
  const words = said.value;
  const [fields, clear] = useFields<ProductField>(`product.${of.id}.${of.version}`, {
    name: of.name,
    sku: of.sku,
    gtin: of.gtin ?? "",
    width: text(of.size?.width_mm),
    depth: text(of.size?.depth_mm),
    height: text(of.size?.height_mm),
  });
  const send = async () => {
    const path = { id: of.id };
    const made = await ask(
      api.PATCH("/v1/products/{id}", { params: { path }, body: changeOf(fields) }),
    );
    clear();
    resource.set(made);
    tell(words.saved);
  };
  return (
    <div class="card stack">
      <h2>{words.details}</h2>
      <Form
        check={() => wrongProduct(fields)}
        onSend={send}
        send={words.saveDetails}
        disabled={!may("operator")}
      >
        {(wrong) => <ProductFields of={fields} wrong={wrong} isNew={false} />}
      </Form>
    </div>
  );
}

function Photos({ of, onChange }: { of: Product; onChange: () => Promise<void> }): JSX.Element {
  const words = said.value;
  const [busy, setBusy] = useState<string>();
  const enrolment = useEnrolment(of.id);
  const changed = async () => {
    await Promise.all([onChange(), enrolment.reload()]);
  };
  const take = async (files: File[]) => {
    for (const [index, file] of files.entries()) {
      setBusy(words.sending(index, files.length));
      try {
        await sendPhoto(of.id, await fit(file));
      } catch (thrown) {
        if (thrown instanceof NoPicture) tell(words.notPicture(file.name));
        else tellProblem(thrown);
      }
    }
    setBusy(undefined);
    await changed();
  };
  return (
    <div class="card stack">
      <h2>{words.photos}</h2>
      <Loaded of={enrolment} lines={3}>
        {(value) => (
          <>
            <EnrolmentNotes of={value} />
            <EnrolledPhotos product={of} of={value} onChange={changed} />
          </>
        )}
      </Loaded>
      {may("operator") && <PhotoDrop onFiles={(files) => void take(files)} busy={busy} />}
    </div>
  );
}
