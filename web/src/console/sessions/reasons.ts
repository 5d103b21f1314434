// Why a person is asked, in the page's language. Carts and reviews tell it in English sentences,
// which are kept as they were decided; what is not known here is shown as it came.
import { wordsIn } from "@shared/strings";

// A number, product or camera stands where {} does.
const en = {
  acted: "at {} s something may have been {}",
  alike: "an item came to rest that may be one that is out of sight",
  beginning: "the video does not begin at rest: earlier acts are not known",
  cameraLate: "camera {} gave no video",
  cameraLost: "camera {} was lost at {} s",
  clock: "camera {}'s clock was {} s off",
  every: "the operator has every such cart looked at",
  found: "an item was seen where a hand had been and none was known before",
  hidden: "an item was out of sight when the video ended",
  inHand: "an item was still in hand, or just gone, when the video ended",
  late: "the video did not arrive in time",
  many: "more items than can be told apart",
  moved: "the camera or the light moved during the session",
  neverClosed: "the cabinet never told that its door was closed",
  notUnlocked: "the cabinet would not unlock: {}",
  notWatched: "the video could not be watched",
  place: "the place of {} looks different, and no act explains it",
  put: "{} more of {} put in than taken out",
  reopened: "the door was opened again though it was locked",
  restless: "the view was never at rest for a second, so the stock could not be learnt",
  sure: "the lines are right with probability {} only",
  unchanged: "{} moved, and its place looks as before",
  vanished: "an item is not seen any more, and nobody was seen to touch it",
};

const es: typeof en = {
  acted: "a los {} s puede que algo se haya {}",
  alike: "se dejó un artículo que puede ser uno que no está a la vista",
  beginning: "el vídeo no empieza en reposo: no se sabe qué pasó antes",
  cameraLate: "la cámara {} no dio vídeo",
  cameraLost: "la cámara {} se perdió a los {} s",
  clock: "el reloj de la cámara {} iba desviado {} s",
  every: "el operador hace revisar todos los carritos de este tipo",
  found: "se vio un artículo donde había estado una mano y antes no se conocía ninguno",
  hidden: "un artículo no estaba a la vista al acabar el vídeo",
  inHand: "un artículo seguía en la mano, o acababa de irse, al acabar el vídeo",
  late: "el vídeo no llegó a tiempo",
  many: "más artículos de los que se pueden distinguir",
  moved: "la cámara o la luz se movió durante la sesión",
  neverClosed: "la nevera nunca dijo que se cerró su puerta",
  notUnlocked: "la nevera no se desbloqueó: {}",
  notWatched: "no se pudo mirar el vídeo",
  place: "el sitio de {} se ve distinto y ninguna acción lo explica",
  put: "{} más de {} metidos que sacados",
  reopened: "la puerta se abrió otra vez aunque estaba bloqueada",
  restless: "la vista nunca estuvo en reposo un segundo, así que no se conoce el surtido",
  sure: "las líneas son correctas solo con probabilidad {}",
  unchanged: "{} se movió y su sitio se ve como antes",
  vanished: "un artículo ya no se ve, y no se vio a nadie tocarlo",
};

const said = wordsIn({ en, es });
const verbs = wordsIn<Record<string, string>>({
  en: {},
  es: { taken: "cogido", "put back": "devuelto" },
});

export const sentences: readonly string[] = Object.values(en);

const names = Object.keys(en) as (keyof typeof en)[];
const patterns = names.map((name) => ({
  name,
  pattern: new RegExp(`^${en[name].replaceAll("{}", "(.+)")}$`),
}));

export function reasonWords(text: string): string {
  for (const { name, pattern } of patterns) {
    const found = pattern.exec(text)?.slice(1);
    if (!found) continue;
    const parts = said.value[name].split("{}");
    return parts.map((part, at) => part + (at < found.length ? verb(found[at]) : "")).join("");
  }
  return text;
}

const verb = (text = ""): string => verbs.value[text] ?? text;
