// Controls of forms with their label, hint and what is wrong with them, tied together for readers.
import { useId } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import type { Signal } from "@preact/signals";

interface FieldProps {
  label: string;
  hint?: ComponentChildren;
  wrong?: string | undefined;
}

interface Tied {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": "true" | undefined;
}

export function Field({
  label,
  hint,
  wrong,
  children,
}: FieldProps & { children: (tied: Tied) => ComponentChildren }): JSX.Element {
  const id = useId();
  const described = [hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        "aria-describedby": described || undefined,
        "aria-invalid": wrong ? "true" : undefined,
      })}
      {hint && (
        <span class="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {wrong && (
        <span class="wrong" id={`${id}-wrong`} role="alert">
          {wrong}
        </span>
      )}
    </div>
  );
}

type InputProps = Omit<JSX.IntrinsicElements["input"], "value" | "onInput" | "label">;

interface TextProps extends FieldProps {
  value: Signal<string>;
  input?: InputProps;
  onChange?: (value: string) => void;
}

export function TextField({ value, input, onChange, ...field }: TextProps): JSX.Element {
  return (
    <Field {...field}>
      {(tied) => (
        <input
          {...input}
          {...tied}
          class="input"
          value={value.value}
          onInput={(event) => {
            value.value = event.currentTarget.value;
            onChange?.(event.currentTarget.value);
          }}
        />
      )}
    </Field>
  );
}

export function TextArea({
  value,
  limit,
  ...field
}: FieldProps & { value: Signal<string>; limit?: number }): JSX.Element {
  return (
    <Field {...field}>
      {(tied) => (
        <textarea
          {...tied}
          class="input"
          maxLength={limit}
          value={value.value}
          onInput={(event) => (value.value = event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

export interface Choice<T extends string> {
  value: T;
  words: string;
}

export function SelectField<T extends string>({
  value,
  choices,
  onChange,
  ...field
}: FieldProps & {
  value: T;
  choices: readonly Choice<T>[];
  onChange: (value: T) => void;
}): JSX.Element {
  return (
    <Field {...field}>
      {(tied) => (
        <select
          {...tied}
          class="input"
          value={value}
          onChange={(event) => onChange(event.currentTarget.value as T)}
        >
          {choices.map((one) => (
            <option key={one.value} value={one.value}>
              {one.words}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

// A few choices side by side, of which one holds.
export function Segments<T extends string>({
  label,
  value,
  choices,
  onChange,
}: {
  label: string;
  value: T;
  choices: readonly Choice<T>[];
  onChange: (value: T) => void;
}): JSX.Element {
  return (
    <div class="segments" role="group" aria-label={label}>
      {choices.map((one) => (
        <button
          key={one.value}
          type="button"
          aria-pressed={one.value === value}
          onClick={() => onChange(one.value)}
        >
          {one.words}
        </button>
      ))}
    </div>
  );
}
