// The fields of an endpoint: its address and what it is told of.
import type { JSX } from "preact";
import { TextField } from "@shared/ui/field";
import { Badge } from "@shared/ui/texts";
import { Told } from "@shared/ui/told";
import type { Schemas } from "@shared/api/client";
import type { Fields } from "../manage/draft";
import type { Wrong } from "../manage/form";
import { said } from "./words";

export type EndpointField = "url" | "types";

const typesMax = 50;

export const typesOf = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

export function wrongEndpoint(of: Fields<EndpointField>): Wrong {
  const words = said.value.wrong;
  const types = typesOf(of.types.value);
  const known = types.every((one) => /^[a-z_]+(\.[a-z_]+)+$/.test(one));
  return {
    url: /^https?:\/\/\S+$/.test(of.url.value.trim()) ? undefined : words.url,
    types: known && types.length <= typesMax ? undefined : words.types,
  };
}

export function EndpointFields({
  of,
  wrong,
}: {
  of: Fields<EndpointField>;
  wrong: Wrong;
}): JSX.Element {
  const words = said.value;
  return (
    <>
      <TextField
        label={words.url}
        hint={words.urlHint}
        wrong={wrong["url"]}
        value={of.url}
        input={{ type: "url", maxLength: 2048, autocomplete: "off", spellcheck: false }}
      />
      <TextField
        label={words.types}
        hint={words.typesHint}
        wrong={wrong["types"]}
        value={of.types}
        input={{ autocomplete: "off", spellcheck: false }}
      />
    </>
  );
}

// Failing: the last try failed and something waits.
export function EndpointState({ of }: { of: Schemas["WebhookEndpoint"] }): JSX.Element {
  const words = said.value;
  const { failed_at: failed, delivered_at: delivered, waiting, last_error } = of.deliveries;
  if (of.disabled) return <Badge words={words.disabled} />;
  const fails = failed !== null && waiting > 0 && (!delivered || failed > delivered);
  if (!fails) return <Badge kind="good" words={words.active} />;
  return (
    <span class="stack-tight">
      <Badge kind="bad" words={words.failing} />
      {last_error && <Told class="small soft" text={last_error} />}
    </span>
  );
}
