// The words of the console's frame. A section has a pair of files of its own.
import { wordsIn } from "@shared/strings";
import { en } from "./en";
import { es } from "./es";

export type ConsoleStrings = typeof en;

export const said = wordsIn<ConsoleStrings>({ en, es });
