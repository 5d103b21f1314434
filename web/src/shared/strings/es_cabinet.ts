import type { Strings } from ".";

export const cabinet: Strings["cabinet"] = {
  title: "Armario",
  starting: "Encendiendo la pantalla del armario…",
  states: {
    locked: {
      badge: "Cerrado",
      title: "Escanea para abrir",
      words:
        "Apunta con tu teléfono al código. La puerta se desbloquea, coges lo que quieras y pagas " +
        "lo que te llevas.",
    },
    unlocked: {
      badge: "Desbloqueado",
      title: "Abre la puerta",
      words: "Queda desbloqueada unos segundos.",
    },
    open: {
      badge: "Abierto",
      title: "Coge lo que quieras",
      words: "Devuelve lo que no quieras. Cierra la puerta al terminar.",
    },
    locking: {
      badge: "Abierto",
      title: "Cierra la puerta, por favor",
      words: "Tu compra termina al cerrar la puerta.",
    },
    closed: {
      badge: "Cerrado",
      title: "Gracias",
      words: "Tu recibo va de camino a tu teléfono.",
    },
    forced: {
      badge: "Forzado",
      title: "Cierra la puerta, por favor",
      words: "Esta puerta no estaba desbloqueada. El operador lo sabe.",
    },
  },
  offline: {
    title: "Vuelve en un momento",
    words: "El armario no tiene conexión ahora. A nadie se le cobra lo que no se puede enviar.",
    code: "Sin conexión",
  },
  silent: "El programa del armario no responde. Se vuelve a intentar.",
  code: "Código para escanear",
  moment: "Un momento",
  noCode: "Viene un código nuevo",
  wallet: "¿Sin teléfono a mano? Abre la cartera aquí",
  connected: "Conectado",
  notConnected: "Sin conexión",
  celsius: (degrees) => `${degrees} dentro`,
  uploading: (size) => `faltan ${size} de vídeo por subir`,
  problems: "Algo va mal",
  last: {
    took: "La última compra ha terminado",
    sending: "Su vídeo se está enviando; el recibo llega al teléfono.",
    sent: "Su vídeo está enviado. El recibo está, o estará pronto, en el teléfono.",
  },
  demo: {
    title: "El armario virtual",
    intro:
      "Aquí no hay aparato: la puerta está dibujada y las cámaras reproducen una sesión " +
      "renderizada mientras está abierta.",
    next: "El próximo cliente",
    playing: "Este cliente",
    sessions: {
      take_one: "coge un artículo",
      take_several: "coge tres artículos",
      hold_two_keep_one: "coge dos y devuelve uno",
      put_back_other_shelf: "coge uno y lo pone en otro estante",
    },
    hint: "Escanea el código, o abre la cartera, y desbloquea: entonces se reproduce la sesión.",
    openDoor: "Abrir la puerta",
    closeDoor: "Cerrar la puerta",
    force: "Forzarla",
    door: {
      open: "La puerta está abierta",
      closed: "La puerta está cerrada",
      unlocked: "Desbloqueada",
    },
    cameras: "Lo que ven las cámaras",
    camera: (name) => `Cámara ${name}`,
    otherCabinet: (name) => `en «${name}»`,
  },
};
