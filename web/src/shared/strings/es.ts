import { cabinet } from "./es_cabinet";
import { wallet } from "./es_wallet";
import type { Strings } from ".";

const codes: Strings["problems"]["codes"] = {
  busy: {
    happened: "El servidor está ocupado.",
    todo: "Inténtalo de nuevo en un momento; no se pierde nada.",
  },
  cabinet_closed: {
    happened: "Esta nevera no se abre ahora.",
    todo: "Prueba con otra o vuelve más tarde.",
  },
  cabinet_in_use: {
    happened: "Esta nevera está en uso.",
    todo: "Espera: al cerrarse la puerta, la pantalla mostrará un código nuevo.",
  },
  changed_meanwhile: {
    happened: "Otra persona ha cambiado esto mientras tanto.",
    todo: "Recarga la página y repite tu cambio.",
  },
  code_wrong: {
    happened: "Ese código no es correcto.",
    todo: "Mira el correo más reciente o pide otro código.",
  },
  csrf_token_invalid: {
    happened: "Esta página se ha quedado antigua.",
    todo: "Recárgala e inténtalo de nuevo.",
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
    happened: "Este código no es de ninguna nevera de aquí.",
    todo: "Escanea el código de la pantalla de la nevera.",
  },
  not_found: {
    happened: "Aquí no hay nada.",
    todo: "Puede que la dirección esté mal o que se haya borrado.",
  },
  account_disabled: {
    happened: "Esta cuenta está cerrada.",
    todo: "Un propietario puede abrirla de nuevo.",
  },
  last_owner: {
    happened: "Tiene que haber un propietario.",
    todo: "Nombra antes propietaria a otra persona.",
  },
  taken: { happened: "Eso ya está en uso.", todo: "Elige otro." },
  expired: { happened: "Ese código ha caducado.", todo: "Pide otro." },
  locked_out: {
    happened: "Queda un importe sin pagar de una compra anterior.",
    todo: "Págalo primero y la nevera volverá a abrirse.",
  },
  password_wrong: {
    happened: "El correo o la contraseña no son correctos.",
    todo: "Inténtalo de nuevo.",
  },
  play_chosen: {
    happened: "Lo que hiciste ya está renderizado, o se está renderizando.",
    todo: "Empieza de nuevo para elegir otra cosa.",
  },
  play_empty: { happened: "Ese hueco está vacío.", todo: "Coge de otro." },
  play_full: { happened: "Ese hueco está lleno.", todo: "Elige otro." },
  play_no_act: {
    happened: "Esta página es demasiado antigua para la nevera.",
    todo: "Recárgala.",
  },
  play_no_facing: {
    happened: "Ese hueco no existe en esta nevera.",
    todo: "Recarga la página.",
  },
  play_no_fit: { happened: "No cabe ahí.", todo: "Elige otro hueco." },
  play_not_in_hand: { happened: "Eso no está en tu mano.", todo: "Cógelo primero." },
  play_nothing: { happened: "Aún no hay nada elegido.", todo: "Coge algo primero." },
  play_playing: { happened: "Se está reproduciendo.", todo: "Cierra la puerta primero." },
  play_too_many: {
    happened: "No se pueden renderizar más acciones.",
    todo: "Renderízalas o deshaz una.",
  },
  shopping_already: {
    happened: "Ya tienes una compra en curso.",
    todo: "Cierra primero la puerta de esa nevera; después se abrirá esta.",
  },
  too_many_requests: {
    happened: "Demasiados intentos.",
    todo: "Espera un minuto e inténtalo de nuevo.",
  },
  unauthenticated: { happened: "Tu sesión ha terminado.", todo: "Vuelve a entrar." },
};

// What has no words of its own above. What is wrong in detail the server says, in English.
const refusals: Record<string, string> = {
  amount_invalid: "Ese importe no es válido.",
  body_invalid: "Faltan datos o no son válidos.",
  body_too_large: "El archivo es demasiado grande.",
  different_content: "Ya existe con otro contenido.",
  duplicate: "Eso ya existe.",
  forbidden: "Tu función no permite hacer esto.",
  gone: "Eso ya no está disponible.",
  held: "Eso está retenido y no se puede borrar.",
  idempotency_key_in_flight: "Ya se está haciendo.",
  idempotency_key_invalid: "La petición no es válida.",
  idempotency_key_missing: "La petición no es válida.",
  idempotency_key_reused: "La petición no es válida.",
  invalid_state: "Ahora no se puede hacer.",
  key_mode_wrong: "Esa clave es de otro modo.",
  layout_invalid: "El archivo de la disposición no es válido.",
  limit_exceeded: "Se supera un límite.",
  media_type_unsupported: "Ese tipo de archivo no sirve.",
  parameter_invalid: "Un dato no es válido.",
  parameter_missing: "Falta un dato.",
  parameter_unknown: "Sobra un dato.",
  password_weak: "La contraseña es demasiado fácil.",
  payment_call: "Solo el proveedor de pagos sabe qué pasó.",
  payment_method_unknown: "Esa tarjeta ya no está.",
  payment_required: "Antes hay que pagar.",
  unknown_reference: "Se nombra algo que no existe.",
  upload_invalid: "Lo que se ha subido no sirve.",
  value_invalid: "Un valor no es válido.",
};

export const es: Strings = {
  common: {
    appName: "tally",
    back: "Volver",
    cancel: "Cancelar",
    close: "Cerrar",
    copied: "Copiado",
    copy: "Copiar",
    language: "Idioma",
    loading: "Cargando…",
    more: "Ver más",
    notFound: "Esta página no existe",
    offline: "Sin conexión. Lo que ves puede no estar al día; se actualizará al recuperarla.",
    requestId: "Indica este número al servicio de atención:",
    retry: "Reintentar",
    save: "Guardar",
    saving: "Guardando…",
    signOut: "Cerrar sesión",
    theme: "Aspecto",
    themes: { system: "Sistema", light: "Claro", dark: "Oscuro" },
    undo: "Deshacer",
    working: "Un momento…",
  },
  problems: {
    codes,
    offline: { happened: "No ha llegado respuesta.", todo: "Revisa tu conexión e inténtalo de nuevo." },
    refusals,
    serverSays: (sentence: string, refusal: string) => `${refusal} El servidor dice: «${sentence}»`,
    refused: { happened: "No ha funcionado.", todo: "" },
    server: {
      happened: "Algo ha fallado por nuestra parte.",
      todo: "Inténtalo de nuevo en un momento; nada se hará dos veces.",
    },
  },
  wallet,
  cabinet,
};
