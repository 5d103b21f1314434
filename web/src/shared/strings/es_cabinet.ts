import type { Strings } from ".";

export const cabinet: Strings["cabinet"] = {
  title: "Armario",
};
