import { counted } from "@shared/strings/counted";
import type { en } from "./en";

export const es: typeof en = {
  title: "Mercados",
  intro:
    "Las reglas de los precios: la moneda, el impuesto, cuánto se retiene en la tarjeta mientras la " +
    "puerta está abierta y cuándo revisa una persona. Cada nevera pertenece a un mercado.",
  add: "Añadir un mercado",
  adding: "Añadiendo…",
  empty: "Aún no hay mercados",
  emptyTodo: "Añade el primero. En él se fijan los precios de los productos.",
  all: "Todos los mercados",
  name: "Nombre",
  nameHint: "Por ejemplo el país o un tipo de cliente.",
  currency: "Moneda",
  currencyHint: "Tres letras, por ejemplo EUR. Después no se puede cambiar.",
  hold: "Retención en la tarjeta",
  holdIn: (currency) => `Retención en la tarjeta (${currency})`,
  holdHint:
    "En cada apertura. Una compra que cuesta más deja una deuda, que se paga antes de la siguiente.",
  grantIn: (currency) => `Reembolso sin revisión (${currency})`,
  grantHint:
    "Una reclamación que no pase de esto se reembolsa al momento. Vacío: el 15 % de lo retenido.",
  includes: "Los precios incluyen el impuesto",
  added: "El impuesto se suma al precio",
  taxHow: "Impuesto",
  review: "Cuándo revisa una persona",
  reviewLevels: {
    "1": "Siempre",
    "2": "A menudo",
    "3": "Cuando no está claro",
    "4": "Pocas veces",
    "5": "Nunca",
  },
  reviewHint: "Lo seguras que deben estar las cámaras para cobrar sin revisión.",
  doubtIn: (currency) => `Duda que nadie revisa (${currency})`,
  doubtHint:
    "Si se espera que la suma se desvíe no más que esto, se cobra la cantidad menor. " +
    "Vacío: el 2,5 % de lo retenido.",
  pricesNumber: (number) => counted("es", number, "precio", "precios"),
  settings: "Ajustes",
  saveSettings: "Guardar ajustes",
  saved: "Guardado",
  prices: "Precios",
  pricesIntro: "Una nevera con un producto sin precio aquí no se abre.",
  product: "Producto",
  price: "Precio",
  priceOf: (name) => `Precio de ${name}`,
  tax: "Impuesto (%)",
  taxOf: (name) => `Impuesto de ${name}, en por ciento`,
  save: "Guardar",
  saveOf: (name) => `Guardar el precio de ${name}`,
  saving: "Guardando…",
  removeOf: (name) => `Quitar el precio de ${name}`,
  removeAsk: (name) => `¿Quitar el precio de ${name}?`,
  removeWords: "Las neveras de este mercado que lo tienen no se abrirán mientras no tenga precio.",
  remove: "Quitar",
  noPrice: "Sin precio",
  withoutPrice: (number) =>
    `${counted("es", number, "producto no tiene", "productos no tienen")} precio aquí.`,
  search: "Buscar",
  noProducts: "Aún no hay productos",
  noProductsTodo: "Añade antes productos; luego ponles precio aquí.",
  addProduct: "Añadir un producto",
  wrong: {
    name: "Ponle un nombre.",
    currency: "Tres letras de ISO 4217, por ejemplo EUR, USD o MXN.",
    hold: "Escribe un importe mayor que cero, por ejemplo 20.",
    grant: "Escribe un importe, por ejemplo 3, o déjalo vacío.",
    price: "Escribe un importe, por ejemplo 2,50.",
    tax: "Un porcentaje de 0 a 100, con dos decimales como mucho.",
  },
};
