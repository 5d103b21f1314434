// Tables as CSV, for spreadsheets and books.
import type { JSX } from "preact";
import { useUrlState } from "@shared/url_state";
import { ButtonLink } from "@shared/ui/button";
import { SelectField } from "@shared/ui/field";
import { span } from "../manage/days";
import { Days, Frame, useZone } from "./frame";
import { said } from "./words";

type Table = keyof typeof said.value.tables;

export function ExportPart(): JSX.Element {
  const words = said.value;
  const zone = useZone();
  const [url, setUrl] = useUrlState({ table: "receipts", from: "", to: "" });
  const tables = Object.keys(words.tables) as Table[];
  const table = tables.find((one) => one === url.table) ?? "receipts";
  const query = new URLSearchParams(span(url.from, url.to, zone)).toString();
  return (
    <Frame>
      <div class="card stack export">
        <p>{words.exportsIntro}</p>
        <SelectField
          label={words.table}
          value={table}
          choices={tables.map((value) => ({ value, words: words.tables[value] }))}
          onChange={(value) => setUrl({ table: value })}
        />
        <div class="halves">
          <Days from={url.from} to={url.to} onChange={setUrl} />
        </div>
        <p class="small soft">{words.zoneNote(zone)}</p>
        <div>
          <ButtonLink
            kind="primary"
            icon="download"
            href={`/v1/exports/${table}${query ? `?${query}` : ""}`}
            download
          >
            {words.download}
          </ButtonLink>
        </div>
      </div>
    </Frame>
  );
}
