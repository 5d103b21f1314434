// A day, chosen by the browser's own calendar.
import type { JSX } from "preact";
import { Field } from "@shared/ui/field";

export function DayField({
  label,
  value,
  wrong,
  onChange,
}: {
  label: string;
  value: string;
  wrong?: string | undefined;
  onChange: (day: string) => void;
}): JSX.Element {
  return (
    <Field label={label} wrong={wrong}>
      {(tied) => (
        <input
          {...tied}
          class="input"
          type="date"
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
