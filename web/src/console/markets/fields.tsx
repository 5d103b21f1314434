// The fields of a market, for a new one and for one that is changed.
import type { ComponentProps, JSX } from "preact";
import { parseMoney, type Amount } from "@shared/money";
import { Field, SelectField, TextField } from "@shared/ui/field";
import type { Fields } from "../manage/draft";
import type { Wrong } from "../manage/form";
import { said } from "./words";

export type MarketField = "name" | "currency" | "hold" | "tax" | "review" | "grant" | "doubt";
export type Level = "1" | "2" | "3" | "4" | "5";

const levels: readonly Level[] = ["1", "2", "3", "4", "5"];

export const emptyMarket: Record<MarketField, string> = {
  name: "",
  currency: "EUR",
  hold: "20",
  tax: "included",
  review: "3",
  grant: "",
  doubt: "",
};

export const levelOf = (level: number | string): Level =>
  levels.find((one) => one === String(level)) ?? "3";

export const currencyOf = (of: Fields<MarketField>): string =>
  of.currency.value.trim().toUpperCase();

// Nothing where it is left to the server.
export function grantOf(of: Fields<MarketField>, currency: string): { dispute_grant_max?: Amount } {
  const grant = parseMoney(of.grant.value, currency);
  return grant ? { dispute_grant_max: grant } : {};
}

// The same, and only where a person looks seldom.
export function doubtOf(of: Fields<MarketField>, currency: string): { review_error_max?: Amount } {
  const doubt = asksForDoubt(of) ? parseMoney(of.doubt.value, currency) : undefined;
  return doubt ? { review_error_max: doubt } : {};
}

const asksForDoubt = (of: Fields<MarketField>): boolean => levelOf(of.review.value) === "4";

export function wrongMarket(of: Fields<MarketField>): Wrong {
  const words = said.value.wrong;
  const currency = /^[A-Z]{3}$/.test(currencyOf(of));
  const amount = (text: string) => (currency ? parseMoney(text, currencyOf(of)) : undefined);
  const hold = amount(of.hold.value);
  const grant = amount(of.grant.value);
  const granted = !of.grant.value.trim() || (grant && grant.minor >= 0);
  const doubt = amount(of.doubt.value);
  const doubted = !asksForDoubt(of) || !of.doubt.value.trim() || (doubt && doubt.minor >= 0);
  return {
    name: of.name.value.trim() ? undefined : words.name,
    currency: currency ? undefined : words.currency,
    hold: hold && hold.minor > 0 ? undefined : words.hold,
    grant: granted ? undefined : words.grant,
    doubt: doubted ? undefined : words.grant,
  };
}

function SumField(field: Omit<ComponentProps<typeof TextField>, "input">): JSX.Element {
  return <TextField {...field} input={{ inputMode: "decimal", autocomplete: "off" }} />;
}

export function MarketFields({
  of,
  wrong,
  isNew,
}: {
  of: Fields<MarketField>;
  wrong: Wrong;
  isNew: boolean;
}): JSX.Element {
  const words = said.value;
  return (
    <>
      <TextField
        label={words.name}
        hint={words.nameHint}
        wrong={wrong["name"]}
        value={of.name}
        input={{ maxLength: 200, autocomplete: "off" }}
      />
      {isNew && (
        <TextField
          label={words.currency}
          hint={words.currencyHint}
          wrong={wrong["currency"]}
          value={of.currency}
          input={{ maxLength: 3, autocomplete: "off", class: "input short" }}
        />
      )}
      <SumField
        label={words.holdIn(currencyOf(of))}
        hint={words.holdHint}
        wrong={wrong["hold"]}
        value={of.hold}
      />
      <SumField
        label={words.grantIn(currencyOf(of))}
        hint={words.grantHint}
        wrong={wrong["grant"]}
        value={of.grant}
      />
      <Field label={words.taxHow}>
        {(tied) => (
          <select
            {...tied}
            class="input"
            value={of.tax.value}
            onChange={(event) => (of.tax.value = event.currentTarget.value)}
          >
            <option value="included">{words.includes}</option>
            <option value="added">{words.added}</option>
          </select>
        )}
      </Field>
      <SelectField
        label={words.review}
        hint={words.reviewHint}
        value={levelOf(of.review.value)}
        choices={levels.map((value) => ({ value, words: words.reviewLevels[value] }))}
        onChange={(value) => (of.review.value = value)}
      />
      {asksForDoubt(of) && (
        <SumField
          label={words.doubtIn(currencyOf(of))}
          hint={words.doubtHint}
          wrong={wrong["doubt"]}
          value={of.doubt}
        />
      )}
    </>
  );
}
