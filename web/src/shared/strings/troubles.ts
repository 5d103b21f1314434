// What is wrong with a camera or a photo, and why work failed, as cabinets and servers tell it.
import { sentencesIn } from "./sentences";

// The first that matches holds.
const en = {
  redirected: "was answered {}, and redirects are not followed: change the endpoint's url",
  answered: "was answered {}",
  answerInTime: "no answer in time",
  answerLarge: "its answer is too large",
  answerStrange: "its answer is not HTTP",
  brokenOff: "the connection broke before the answer: {}",
  notCalled: "{} is not called: its address {} is not public",
  notTrusted: "no trusted connection: {}",
  photoGone: "the photo was removed",
  photoSmall:
    "is {}x{} pixels; a product can't be told by less than {} a side, give a larger photo",
  photoLarge: "a picture file of {} bytes, over the limit of {}; scale it down",
  photoVideo: "is a video; give photos, JPEG or PNG",
  noPicture: "holds no picture",
  noPictures: "gives no pictures",
  hasNone: "has no pictures",
  empty: "is empty (0 bytes); copy or record it again",
  damaged: "damaged: pictures in it can't be decoded; copy or record it again",
  cutOff: "cut off: it ends before its container says it does; copy or record it again",
  cutHead: "cut off within its head; copy or record it again",
  unreadable: "its container can't be read; copy or record it again",
  noFrames: "no frames",
  dark: "dark",
  bright: "too bright",
  blank: "blank",
  frozen: "frozen",
};

const es: typeof en = {
  answered: "respondió {}",
  redirected: "respondió {}, y no se siguen redirecciones: cambia la dirección",
  answerInTime: "no respondió a tiempo",
  answerLarge: "su respuesta es demasiado grande",
  answerStrange: "su respuesta no es HTTP",
  brokenOff: "la conexión se cortó antes de la respuesta: {}",
  notCalled: "no se llama a {}: su dirección {} no es pública",
  notTrusted: "la conexión no es de confianza: {}",
  photoGone: "la foto se quitó",
  photoSmall:
    "mide {}x{} píxeles; con menos de {} por lado no se distingue un producto, sube una foto mayor",
  photoLarge: "la imagen ocupa {} bytes, más del límite de {}; redúcela",
  photoVideo: "es un vídeo; sube fotos, JPEG o PNG",
  noPicture: "no contiene ninguna imagen",
  noPictures: "no da imágenes",
  hasNone: "no contiene imágenes",
  empty: "está vacío (0 bytes); cópialo o grábalo otra vez",
  damaged: "está dañado: hay imágenes que no se pueden leer; cópialo o grábalo otra vez",
  cutOff: "está cortado: acaba antes de lo que dice; cópialo o grábalo otra vez",
  cutHead: "está cortado al principio; cópialo o grábalo otra vez",
  unreadable: "no se puede leer; cópialo o grábalo otra vez",
  noFrames: "sin imagen",
  dark: "imagen oscura",
  bright: "demasiada luz",
  blank: "imagen vacía",
  frozen: "imagen congelada",
};

// The operating system's, of calls that failed.
const system: Record<string, string> = {
  "Connection refused": "conexión rechazada",
  "Connection reset by peer": "la otra parte cortó la conexión",
  "Connection timed out": "se agotó el tiempo de conexión",
  "Host not found (authoritative)": "el servidor no existe",
  "Host not found (non-authoritative), try again later": "el servidor no se encuentra por ahora",
  "Network is unreachable": "no hay red",
  "No route to host": "no hay ruta hasta el servidor",
};

export const troubles = sentencesIn(en, es, system);
