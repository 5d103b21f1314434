import type { JSX } from "preact";
import { Page } from "../shell/page";
import { said } from "../strings";

export default function Section(): JSX.Element {
  return <Page title={said.value.sections.disputes}>{null}</Page>;
}
