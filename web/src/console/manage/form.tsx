// A form that says what is wrong before it is sent, and what the server refused after.
import { useState } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import { problemOf, type Problem } from "@shared/api/problem";
import { words } from "@shared/strings";
import { Button } from "@shared/ui/button";
import { ProblemNotice } from "@shared/ui/states";

// By field, what is wrong with it.
export type Wrong = Record<string, string | undefined>;

export function Form({
  check,
  onSend,
  send,
  sending,
  onCancel,
  disabled,
  children,
}: {
  check?: () => Wrong; // Empty: nothing is wrong.
  onSend: () => Promise<unknown>;
  send: string;
  sending?: string;
  onCancel?: () => void;
  disabled?: boolean;
  children: (wrong: Wrong) => ComponentChildren;
}): JSX.Element {
  const [tried, setTried] = useState(false);
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const wrong = tried ? (check?.() ?? {}) : {};
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    setTried(true);
    setProblem(undefined);
    if (Object.values(check?.() ?? {}).some(Boolean)) {
      requestAnimationFrame(() =>
        form.querySelector<HTMLElement>("[aria-invalid=true]")?.focus(),
      );
      return;
    }
    setWorking(true);
    try {
      await onSend();
      setTried(false);
    } catch (thrown) {
      setProblem(problemOf(thrown));
    }
    setWorking(false);
  };
  const common = words.value.common;
  return (
    <form class="stack" noValidate onSubmit={(event) => void submit(event)}>
      {children(wrong)}
      {problem && <ProblemNotice problem={problem} />}
      <div class="row">
        <Button
          kind="primary"
          type="submit"
          working={working}
          busy={sending ?? common.saving}
          disabled={disabled ?? false}
        >
          {send}
        </Button>
        {onCancel && <Button onPress={onCancel}>{common.cancel}</Button>}
      </div>
    </form>
  );
}
