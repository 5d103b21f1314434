import { wordsIn } from "@shared/strings";
import { en } from "./en";
import { es } from "./es";

export const said = wordsIn({ en, es });
