// Buttons. One that works on something says so in words and is not pressed twice.
import { useState } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import { Link } from "wouter-preact";
import { tellProblem } from "./toast";
import { Icon, type IconName } from "./icons";

export type ButtonKind = "primary" | "plain" | "quiet" | "danger";

interface Common {
  kind?: ButtonKind;
  size?: "large";
  wide?: boolean;
  icon?: IconName;
  class?: string;
  children?: ComponentChildren;
}

export function buttonClass({ kind = "plain", size, wide, class: more }: Common): string {
  return ["button", kind, size, wide && "wide", more].filter(Boolean).join(" ");
}

interface ButtonProps extends Common {
  // While the promise is under way the button is disabled and shows `busy`. What it throws is told
  // in a toast.
  onPress?: (event: MouseEvent) => unknown;
  busy?: string;
  working?: boolean; // From outside, e.g. a form that is being sent.
  type?: "button" | "submit";
  disabled?: boolean;
  label?: string; // Where the button has an icon alone.
  shortcut?: string; // Shown beside the words; the caller listens for it.
  autofocus?: boolean;
}

export function Button(props: ButtonProps): JSX.Element {
  const { icon, children, busy, type = "button", disabled, label, shortcut } = props;
  const [acting, setActing] = useState(false);
  const working = acting || props.working === true;
  const press = async (event: MouseEvent) => {
    const result = props.onPress?.(event);
    if (!(result instanceof Promise)) return;
    setActing(true);
    try {
      await result;
    } catch (thrown) {
      tellProblem(thrown);
    } finally {
      setActing(false);
    }
  };
  return (
    <button
      class={buttonClass(props)}
      type={type}
      disabled={disabled || working}
      aria-label={label}
      title={label}
      autofocus={props.autofocus}
      onClick={(event) => void press(event)}
    >
      {icon && <Icon name={icon} />}
      {working && busy ? busy : children}
      {shortcut && (
        <kbd class="key" aria-hidden="true">
          {shortcut}
        </kbd>
      )}
    </button>
  );
}

// A link that looks like a button. What leads out of the page's own addresses, or is a file, is
// opened by the browser.
export function ButtonLink({
  href,
  download = false,
  ...props
}: Common & { href: string; download?: boolean }): JSX.Element {
  const inside = (
    <>
      {props.icon && <Icon name={props.icon} />}
      {props.children}
    </>
  );
  if (href.startsWith("/") && !download) {
    return (
      <Link href={href} class={buttonClass(props)}>
        {inside}
      </Link>
    );
  }
  return (
    <a class={buttonClass(props)} href={href} download={download}>
      {inside}
    </a>
  );
}
