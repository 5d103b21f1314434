// A dialog over the page: the browser's own <dialog>, which keeps the focus inside and gives it
// back, and closes with Escape.
import { useEffect, useId, useRef } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import { words } from "../strings";
import { Button } from "./button";

export function Dialog({
  title,
  onClose,
  children,
  acts,
  class: more,
}: {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  acts?: ComponentChildren; // Buttons at its end.
  class?: string;
}): JSX.Element {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const one = box.current;
    if (one && !one.open) one.showModal();
    return () => one?.close();
  }, []);
  return (
    <dialog
      ref={box}
      class={more ? `dialog ${more}` : "dialog"}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === box.current) onClose();
      }}
    >
      <div class="inside">
        <div class="row-between">
          <h2 id={id}>{title}</h2>
          <Button kind="quiet" icon="close" label={words.value.common.close} onPress={onClose} />
        </div>
        {children}
        {acts && <div class="acts">{acts}</div>}
      </div>
    </dialog>
  );
}

// Asks once more before something that can't be taken back.
export function Confirm({
  title,
  children,
  yes,
  danger = false,
  onYes,
  onClose,
}: {
  title: string;
  children?: ComponentChildren;
  yes: string;
  danger?: boolean;
  onYes: () => unknown;
  onClose: () => void;
}): JSX.Element {
  const common = words.value.common;
  return (
    <Dialog
      title={title}
      onClose={onClose}
      acts={
        <>
          <Button onPress={onClose}>{common.cancel}</Button>
          <Button kind={danger ? "danger" : "primary"} busy={common.working} onPress={onYes}>
            {yes}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
