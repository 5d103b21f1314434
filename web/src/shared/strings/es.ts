import { cabinet } from "./es_cabinet";
import { wallet } from "./es_wallet";
import type { Strings } from ".";

const codes: Strings["problems"]["codes"] = {
  busy: {
    happened: "El servidor está ocupado.",
    todo: "Inténtalo de nuevo en un momento; no se pierde nada.",
  },
  cabinet_closed: {
    happened: "Este armario no se abre ahora.",
    todo: "Prueba con otro o vuelve más tarde.",
  },
  cabinet_in_use: {
    happened: "Este armario está en uso.",
    todo: "Espera a que se cierre la puerta; entonces la pantalla muestra un código nuevo.",
  },
  changed_meanwhile: {
    happened: "Otra persona ha cambiado esto entretanto.",
    todo: "Vuelve a cargarlo y haz tu cambio de nuevo.",
  },
  code_wrong: {
    happened: "Ese código no es correcto.",
    todo: "Mira el correo más reciente o pide otro código.",
  },
  csrf_token_invalid: {
    happened: "Esta página es demasiado antigua.",
    todo: "Vuelve a cargarla e inténtalo de nuevo.",
  },
  door_token_expired: {
    happened: "El código de la pantalla ha cambiado desde que lo escaneaste.",
    todo: "Escanéalo otra vez.",
  },
  door_token_used: {
    happened: "Este código ya se ha usado.",
    todo: "Escanea el nuevo en la pantalla.",
  },
  door_token_unknown: {
    happened: "Este código no es de ningún armario de aquí.",
    todo: "Escanea el código de la pantalla del armario.",
  },
  not_found: {
    happened: "Aquí no hay nada.",
    todo: "Puede que la dirección esté mal o que se haya borrado.",
  },
  account_disabled: {
    happened: "Esta cuenta está cerrada.",
    todo: "Un propietario de tu casa puede abrirla de nuevo.",
  },
  last_owner: {
    happened: "Tiene que haber un propietario.",
    todo: "Haz antes propietaria a otra persona.",
  },
  taken: { happened: "Eso ya está en uso.", todo: "Elige otro." },
  expired: { happened: "Ese código es demasiado antiguo.", todo: "Pide otro." },
  locked_out: {
    happened: "Queda un importe sin pagar de una visita anterior.",
    todo: "Págalo primero; después el armario se abre de nuevo.",
  },
  password_wrong: {
    happened: "El correo o la contraseña no son correctos.",
    todo: "Inténtalo de nuevo.",
  },
  play_chosen: {
    happened: "Lo que hiciste ya está hecho vídeo, o se está haciendo.",
    todo: "Empieza de nuevo para elegir otra cosa.",
  },
  play_empty: { happened: "Ese sitio está vacío.", todo: "Coge de otro." },
  play_full: { happened: "Ese sitio está lleno hasta delante.", todo: "Elige otro sitio." },
  play_no_act: {
    happened: "Esta página es demasiado antigua para el armario.",
    todo: "Vuelve a cargarla.",
  },
  play_no_facing: {
    happened: "No hay tal sitio en este armario.",
    todo: "Vuelve a cargar la página.",
  },
  play_no_fit: { happened: "No cabe ahí.", todo: "Elige otro sitio." },
  play_not_in_hand: { happened: "Eso no está en tu mano.", todo: "Cógelo primero." },
  play_nothing: { happened: "Aún no hay nada elegido.", todo: "Coge algo primero." },
  play_playing: { happened: "Se está mostrando.", todo: "Cierra la puerta primero." },
  play_too_many: {
    happened: "No se pueden mostrar más acciones.",
    todo: "Muéstralas o deshaz una.",
  },
  shopping_already: {
    happened: "Ya tienes una compra en curso.",
    todo: "Cierra primero la puerta de ese armario; después se abre este.",
  },
  too_many_requests: {
    happened: "Han sido muchos intentos.",
    todo: "Espera un minuto e inténtalo de nuevo.",
  },
  unauthenticated: { happened: "Tu sesión ha terminado.", todo: "Vuelve a entrar." },
};

export const es: Strings = {
  common: {
    appName: "tally",
    back: "Atrás",
    cancel: "Cancelar",
    close: "Cerrar",
    copied: "Copiado",
    copy: "Copiar",
    language: "Idioma",
    loading: "Cargando…",
    more: "Ver más",
    notFound: "Esta página no existe",
    offline: "Sin conexión. Lo que ves puede ser antiguo; seguirá solo cuando vuelva.",
    requestId: "Da este número al servicio de ayuda:",
    retry: "Reintentar",
    save: "Guardar",
    saving: "Guardando…",
    signOut: "Salir",
    theme: "Aspecto",
    themes: { system: "Sistema", light: "Claro", dark: "Oscuro" },
    undo: "Deshacer",
    working: "Un momento…",
  },
  problems: {
    codes,
    offline: { happened: "No hay respuesta.", todo: "Revisa tu conexión e inténtalo de nuevo." },
    serverSays: (sentence: string) => `El servidor no lo acepta: «${sentence}»`,
    refused: { happened: "No ha funcionado.", todo: "" },
    server: {
      happened: "Algo ha fallado por nuestra parte.",
      todo: "Inténtalo de nuevo en un momento; nada ocurre dos veces.",
    },
  },
  wallet,
  cabinet,
};
