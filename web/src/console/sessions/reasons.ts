// Why a person is asked, in the page's language. Carts and reviews tell it in English sentences,
// which are kept as they were decided; what is not known here is shown as it came.
import { sentencesIn } from "@shared/strings/sentences";

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
  acted: "a los {} s puede que se haya {} algo",
  alike: "se dejó un artículo que puede ser uno de los que no están a la vista",
  beginning: "el vídeo no empieza en reposo: no se sabe qué pasó antes",
  cameraLate: "la cámara {} no envió vídeo",
  cameraLost: "la cámara {} se perdió a los {} s",
  clock: "el reloj de la cámara {} iba desviado {} s",
  every: "el operador hace revisar todos los carritos de este tipo",
  found: "se vio un artículo donde había estado una mano y antes no se conocía ninguno",
  hidden: "un artículo no estaba a la vista al acabar el vídeo",
  inHand: "un artículo seguía en la mano, o acababa de irse, al acabar el vídeo",
  late: "el vídeo no llegó a tiempo",
  many: "más artículos de los que se pueden distinguir",
  moved: "la cámara o la luz se movió durante la sesión",
  neverClosed: "la nevera no avisó de que se cerrara su puerta",
  notUnlocked: "la nevera no se desbloqueó: {}",
  notWatched: "no se pudo analizar el vídeo",
  place: "el hueco de {} se ve distinto y ninguna acción lo explica",
  put: "{} más de {} devueltos que cogidos",
  reopened: "la puerta se abrió otra vez aunque estaba bloqueada",
  restless: "la imagen no estuvo quieta ni un segundo, así que no se conocen las existencias",
  sure: "las líneas son correctas solo con probabilidad {}",
  unchanged: "{} se movió y su hueco se ve como antes",
  vanished: "un artículo ya no se ve, y no se vio a nadie tocarlo",
};

const told = sentencesIn(en, es, { taken: "cogido", "put back": "devuelto" });

export const sentences = told.all;
export const reasonWords = told.in;
