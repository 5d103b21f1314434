// Light or dark: as the system says, until the person chooses.
import { effect } from "@preact/signals";
import { stored } from "./stored";

export type Theme = "system" | "light" | "dark";
export const themes: readonly Theme[] = ["system", "light", "dark"];

export const theme = stored<Theme>("browser", "theme", "system", (one) => themes.includes(one));

effect(() => {
  const root = document.documentElement;
  if (theme.value === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = theme.value;
});
