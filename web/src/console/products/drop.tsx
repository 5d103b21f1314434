// A place to drag photos to; a button beside it for those who don't drag.
import { useId, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import { Button } from "@shared/ui/button";
import { Icon } from "@shared/ui/icons";
import { said } from "./words";

export function PhotoDrop({
  onFiles,
  busy,
}: {
  onFiles: (files: File[]) => void;
  busy?: string | undefined; // What is under way, in words.
}): JSX.Element {
  const words = said.value;
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const take = (list: FileList | null | undefined) => {
    const files = [...(list ?? [])];
    if (files.length > 0) onFiles(files);
  };
  return (
    <div
      class={over ? "photo-drop over" : "photo-drop"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer?.files);
      }}
    >
      <Icon name="camera" />
      {busy ? (
        <p role="status">{busy}</p>
      ) : (
        <>
          <p>
            <b>{words.dropTitle}</b> <span class="soft">{words.dropOr}</span>
          </p>
          <Button icon="plus" onPress={() => input.current?.click()}>
            {words.choose}
          </Button>
          <p class="small soft">{words.dropHint}</p>
        </>
      )}
      <label class="unseen" for={id}>
        {words.choose}
      </label>
      <input
        ref={input}
        id={id}
        class="unseen"
        type="file"
        accept="image/*"
        multiple
        tabIndex={-1}
        onChange={(event) => {
          take(event.currentTarget.files);
          event.currentTarget.value = "";
        }}
      />
    </div>
  );
}
