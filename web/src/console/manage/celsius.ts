// A temperature in the page's language: "8.5 °C".
import { locale } from "@shared/language";

export const celsius = (degrees: number): string =>
  new Intl.NumberFormat(locale(), {
    style: "unit",
    unit: "celsius",
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  }).format(degrees);
