// A product's first photo, small; a box where it has none.
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { Icon } from "@shared/ui/icons";

export const photoHref = (product: string, sha256: string): string =>
  `/v1/products/${product}/photos/${sha256}`;

export function Thumb({
  of,
}: {
  of: { id: string; photos: readonly string[] } | undefined;
}): JSX.Element {
  const photo = of?.photos[0];
  const [lost, setLost] = useState<string>();
  if (!of || !photo || lost === photo) {
    return (
      <span class="thumb none">
        <Icon name="box" />
      </span>
    );
  }
  return (
    <img
      class="thumb"
      src={photoHref(of.id, photo)}
      alt=""
      loading="lazy"
      decoding="async"
      onError={() => setLost(photo)}
    />
  );
}
