import type { Strings } from ".";

export const wallet: Strings["wallet"] = {
  title: "Cartera",
};
