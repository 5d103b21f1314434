// What the cameras' model makes of a product's photos, looked at again while it has not said.
import { useEffect, useState } from "preact/hooks";
import type { JSX } from "preact";
import { Link } from "wouter-preact";
import { api, ask, type Schemas } from "@shared/api/client";
import { useResource, type Resource } from "@shared/api/resource";
import { percent } from "@shared/money";
import { Confirm } from "@shared/ui/dialog";
import { Notice } from "@shared/ui/states";
import { Badge, type BadgeKind } from "@shared/ui/texts";
import { Told } from "@shared/ui/told";
import { may } from "../roles";
import { photoHref } from "../manage/thumb";
import { said } from "./words";

type Enrolment = Schemas["Enrolment"];
type Photo = Enrolment["photos"][number];

const lookEveryMs = 1500;

export function useEnrolment(id: string): Resource<Enrolment> {
  const enrolment = useResource(`enrolment/${id}`, () =>
    ask(api.GET("/v1/products/{id}/enrolment", { params: { path: { id } } })),
  );
  const waits = enrolment.value?.photos.some((one) => one.state === "waiting") ?? false;
  useEffect(() => {
    if (!waits) return undefined;
    const timer = setInterval(() => void enrolment.reload(), lookEveryMs);
    return () => clearInterval(timer);
  }, [waits]);
  return enrolment;
}

export function EnrolmentNotes({ of }: { of: Enrolment }): JSX.Element {
  const words = said.value;
  const number = (state: Photo["state"]) => of.photos.filter((one) => one.state === state).length;
  const refused = number("refused");
  const enrolled = number("enrolled");
  return (
    <div class="stack-tight">
      {number("waiting") > 0 && (
        <div role="status">
          <Notice>{words.enrolmentWaiting}</Notice>
        </div>
      )}
      {of.photos.length === 0 && <Notice kind="warn">{words.enrolmentNone}</Notice>}
      {enrolled > 0 && <Notice kind="good">{words.enrolmentDone(enrolled)}</Notice>}
      {refused > 0 && <Notice kind="warn">{words.enrolmentRefused(refused)}</Notice>}
      {of.look_alikes.length > 0 && (
        <Notice kind="warn" title={words.alikeTitle}>
          <div class="stack-tight">
            <ul>
              {of.look_alikes.map((one) => (
                <li key={one.product}>
                  <Link href={`/console/products/${one.product}`}>{one.name}</Link>{" "}
                  <span class="soft">
                    {one.same_picture
                      ? words.alikeSame
                      : words.likeness(percent(Math.round(Math.min(1, one.likeness) * 100) * 100))}
                  </span>
                </li>
              ))}
            </ul>
            <span>{words.alikeTodo}</span>
          </div>
        </Notice>
      )}
    </div>
  );
}

const kinds: Record<Photo["state"], BadgeKind> = {
  waiting: "info",
  enrolled: "good",
  refused: "bad",
};

export function EnrolledPhotos({
  product,
  of,
  onChange,
}: {
  product: Schemas["Product"];
  of: Enrolment;
  onChange: () => Promise<void>;
}): JSX.Element | null {
  const words = said.value;
  const [asked, setAsked] = useState<string>();
  if (of.photos.length === 0) return null;
  const remove = async () => {
    if (!asked) return;
    const path = { id: product.id, sha256: asked };
    await ask(api.DELETE("/v1/products/{id}/photos/{sha256}", { params: { path } }));
    setAsked(undefined);
    await onChange();
  };
  return (
    <>
      <ul class="photos">
        {of.photos.map((one, index) => (
          <li class="photo" key={one.sha256}>
            <img src={photoHref(product.id, one.sha256)} alt={words.photo(index + 1)} />
            <Badge kind={kinds[one.state]} words={words.states[one.state]} />
            {one.problem && <Told class="small" text={one.problem} />}
            {may("operator") && (
              <button type="button" class="photo-remove" onClick={() => setAsked(one.sha256)}>
                <span class="unseen">{words.removePhoto(index + 1)}</span>
                <span aria-hidden="true">×</span>
              </button>
            )}
          </li>
        ))}
      </ul>
      {asked && (
        <Confirm
          title={words.removeAsk}
          yes={words.remove}
          danger
          onYes={remove}
          onClose={() => setAsked(undefined)}
        >
          <p>{words.removeWords}</p>
        </Confirm>
      )}
    </>
  );
}
