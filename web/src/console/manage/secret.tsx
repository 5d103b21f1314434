// What is told once: a key, a secret, a code. With a button that copies it.
import type { JSX } from "preact";
import { words } from "@shared/strings";
import { Button } from "@shared/ui/button";
import { Dialog } from "@shared/ui/dialog";
import { Notice } from "@shared/ui/states";
import { tell } from "@shared/ui/toast";

export function CopyText({ text, label }: { text: string; label: string }): JSX.Element {
  const common = words.value.common;
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    tell(common.copied);
  };
  return (
    <div class="copy-text">
      {/* Scrolls where it is long: reachable by the keyboard. */}
      <pre tabIndex={0} aria-label={label}>
        {text}
      </pre>
      <Button icon="copy" onPress={copy}>
        {common.copy}
      </Button>
    </div>
  );
}

export function Secret({
  title,
  words: why,
  done,
  text,
  onClose,
}: {
  title: string;
  words: string;
  done: string;
  text: string;
  onClose: () => void;
}): JSX.Element {
  return (
    <Dialog
      title={title}
      onClose={onClose}
      acts={
        <Button kind="primary" onPress={onClose}>
          {done}
        </Button>
      }
    >
      <Notice kind="warn">{why}</Notice>
      <CopyText text={text} label={title} />
    </Dialog>
  );
}
