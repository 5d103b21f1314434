// The choices of look and language, for the foot or the menu of any page.
import type { JSX } from "preact";
import { language, languageNames, languages } from "../language";
import { words } from "../strings";
import { theme, themes } from "../theme";
import { Segments } from "./field";

export function ThemeChoice(): JSX.Element {
  const said = words.value.common;
  return (
    <Segments
      label={said.theme}
      value={theme.value}
      choices={themes.map((value) => ({ value, words: said.themes[value] }))}
      onChange={(value) => (theme.value = value)}
    />
  );
}

export function LanguageChoice(): JSX.Element {
  return (
    <Segments
      label={words.value.common.language}
      value={language.value}
      choices={languages.map((value) => ({ value, words: languageNames[value] }))}
      onChange={(value) => (language.value = value)}
    />
  );
}
