import { counted } from "./counted";
import type { Strings } from ".";

const count = (number: number, one: string, many: string) => counted("es", number, one, many);

export const wallet: Strings["wallet"] = {
  title: "Cartera",
  home: {
    hello: "Tu cartera",
    intro:
      "Escanea el código de la pantalla de una nevera. Se abre, coges lo que quieras y pagas " +
      "lo que te llevas.",
    scan: "Escanear un código",
    receipts: "Recibos",
    noReceipts: "Todavía no hay recibos",
    noReceiptsTodo: "Tras tu primera compra verás aquí su recibo, con un vídeo de cada artículo.",
    items: (number) => count(number, "artículo", "artículos"),
    nothingTaken: "Sin artículos",
    corrected: "Corregido",
    running: "Tienes una compra en curso",
    runningGo: "Ver la compra",
    signInWhere: "Escanea primero el código de una nevera: así sabemos de quién es y puedes entrar.",
    signIn: "Entrar",
    account: "Cuenta",
  },
  door: {
    by: (operator) => `de ${operator}`,
    goods: "En esta nevera",
    taxIncluded: "Los precios incluyen impuestos.",
    taxAdded: "Los impuestos se suman a estos precios.",
    noGoods: "El operador no ha indicado qué contiene.",
    closedBecause: {
      offline: "Ahora mismo no tiene conexión.",
      warm: "Se calentó demasiado: su operador tiene que revisar antes lo que hay dentro.",
      blind: "Ahora mismo sus cámaras no funcionan.",
      locked: "Está fuera de servicio.",
      unready: "Su operador tiene que terminar de prepararla.",
      busy: "Alguien la está usando.",
    },
    closed: "Ahora no se abre",
    unlock: "Abrir",
    unlocking: "Abriendo…",
    hold: (amount) =>
      `Se retienen ${amount} en tu tarjeta mientras la puerta está abierta. Solo pagas lo ` +
      "que te llevas; el resto se libera.",
    card: (name) => `Pagas con: ${name}`,
    otherCard: "Otra tarjeta",
    signInFirst: "Entra para abrir",
    cardFirst: "Añade una tarjeta para abrir",
    goneSignedIn: "Ya has entrado: escanea el código de la pantalla y podrás abrir enseguida.",
    gone: "Escanear de nuevo",
    otherOperator: "Tu cuenta es de otro operador. Entra con una cuenta de este.",
  },
  signIn: {
    title: "Entrar",
    intro: "Te enviamos un código por correo. No hay contraseña que recordar.",
    email: "Correo electrónico",
    send: "Enviarme un código",
    sending: "Enviando…",
    sentTo: (email) => `Hemos enviado un código a ${email}.`,
    code: "Las seis cifras del correo",
    enter: "Entrar",
    entering: "Entrando…",
    again: "Enviar otro código",
    otherEmail: "Usar otra dirección",
    demoHint: "Esto es una demostración: el código aparece en el terminal donde se ejecuta tally.",
    wrongEmail: "Eso no es una dirección de correo.",
  },
  card: {
    title: "Añadir una tarjeta",
    testIntro: "Modo de prueba: no se mueve dinero. Elige cómo se comporta la tarjeta.",
    add: "Añadir esta tarjeta",
    adding: "Añadiendo…",
    added: "Tarjeta añadida",
    hosted: {
      intro:
        "La escribes en la página de Stripe, que gestiona el cobro, y vuelves aquí. Su número " +
        "nunca nos llega.",
      add: "Añadir una tarjeta en la página de Stripe",
      leaving: "Yendo a Stripe…",
      notSaved: "No se guardó ninguna tarjeta",
      notSavedWhy: "Saliste de la página de Stripe antes de terminar, o tardó demasiado.",
      look: "Sí terminé: mirar otra vez",
      looking: "Consultando a Stripe…",
    },
    testCards: {
      pm_card_visa: "Funciona",
      pm_card_chargeDeclinedInsufficientFunds: "Se rechaza: sin fondos",
      pm_card_chargeDeclinedExpiredCard: "Se rechaza: caducada",
      pm_card_authenticationRequired: "El banco te pide confirmar",
    },
    since: (when) => `añadida el ${when}`,
    brand: (brand, last4) => {
      const name = brand === "test_card" ? "Tarjeta de prueba" : brand || "Tarjeta";
      return last4 ? `${name} terminada en ${last4}` : name;
    },
  },
  session: {
    title: "Tu compra",
    steps: { card: "Tarjeta", unlock: "Abrir", take: "Coger", close: "Cerrar", receipt: "Recibo" },
    states: {
      holding: {
        title: "Consultando a tu banco",
        todo: "Se está reteniendo el importe en tu tarjeta.",
      },
      action: {
        title: "Tu banco quiere comprobar que eres tú",
        todo: "Confírmalo allí; después vuelves a esta página.",
      },
      unlocking: {
        title: "Desbloqueada: abre la puerta",
        todo: "Si no, se bloquea otra vez en unos segundos.",
      },
      open: {
        title: "Coge lo que quieras",
        todo: "Devuelve lo que no quieras. Cierra la puerta al terminar.",
      },
      grace: {
        title: "La puerta está cerrada",
        todo: "¿Has olvidado algo? Ábrela ahora: será la misma compra.",
      },
      deciding: { title: "Preparando tu recibo", todo: "Suele tardar dos segundos." },
      review: {
        title: "Una persona lo está revisando",
        todo:
          "Las cámaras no estaban seguras, así que alguien mira el vídeo antes de cobrarte. Puedes " +
          "salir de esta página; el recibo aparecerá en tu cartera.",
      },
      settled: { title: "Listo", todo: "Tu recibo está preparado." },
      ended: { title: "Esta compra ha terminado", todo: "" },
    },
    ends: {
      declined: {
        title: "Tu tarjeta fue rechazada",
        todo:
          "No se cobró nada y la puerta siguió cerrada. Prueba con otra tarjeta o pregunta a " +
          "tu banco.",
      },
      no_answer: {
        title: "Tu banco no respondió",
        todo: "No se cobró nada. Escanea el código otra vez en un momento.",
      },
      cancelled: {
        title: "Compra cancelada",
        todo: "No se cobró nada; la retención en tu tarjeta se libera.",
      },
      unlock_refused: {
        title: "La nevera no se desbloqueó",
        todo:
          "No se cobró nada; la retención en tu tarjeta se libera. Escanea el nuevo código o " +
          "prueba con otra nevera.",
      },
      not_opened: {
        title: "La puerta no se abrió a tiempo",
        todo: "Está bloqueada de nuevo. No se cobró nada; la retención en tu tarjeta se libera.",
      },
      restocked: { title: "Nevera repuesta", todo: "" },
    },
    videoLate: {
      title: "El vídeo está en camino",
      todo:
        "La conexión de esta nevera es lenta o se ha cortado, así que tu recibo tarda más: casi " +
        "siempre unos minutos, como mucho tres días. No se te cobra nada hasta entonces. Puedes salir " +
        "de esta página; el recibo aparecerá en tu cartera.",
    },
    declineCodes: {
      insufficient_funds: "Motivo: fondos insuficientes.",
      expired_card: "Motivo: la tarjeta ha caducado.",
      lost_card: "Motivo: la tarjeta consta como perdida.",
      authentication_failed: "Motivo: no se confirmó con el banco.",
    },
    confirm: "Confirmar con tu banco",
    cancel: "Cancelar la compra",
    cancelling: "Cancelando…",
    again: "Escanear un código",
    otherCard: "Elegir otra tarjeta",
    late: "Se ha perdido la conexión; esta página se actualizará al volver.",
    held: (amount) => `${amount} retenidos en tu tarjeta`,
    doorOpen: "La puerta está abierta",
    doorClosed: "La puerta está cerrada",
    doorUnlocked: "La puerta está desbloqueada",
  },
  receipt: {
    title: "Recibo",
    total: "Total",
    nothing: "No cogiste nada, así que no se cobró nada.",
    nothingLeft: "Ya no se cobra nada.",
    each: (amount) => `${amount} cada uno`,
    taxIncluded: (rate, amount) => `Incluye ${amount} de impuestos (${rate})`,
    taxAdded: (rate, amount) => `Más ${amount} de impuestos (${rate})`,
    ready: (seconds) => `Listo ${seconds} s después de cerrar la puerta`,
    clip: (name) => `Vídeo de ${name}`,
    otherView: (number, of) => `Vídeo ${number} de ${of}`,
    clipGone: "El vídeo ya no se guarda.",
    paid: "Pagado",
    paying: "Cobrándose",
    unpaid: "Sin pagar todavía",
    refunded: (amount) => `${amount} devueltos`,
    hold: {
      rest: (held, captured, released) =>
        `Se retuvieron ${held} en tu tarjeta. De ellos se cobran ${captured} y se liberan ` +
        `${released}; tu banco lo muestra en unos días.`,
      all: (held) => `Se retuvieron ${held} en tu tarjeta y se cobran.`,
      none: (held) =>
        `Se retuvieron ${held} en tu tarjeta y se liberan; no se cobra nada. Tu banco lo ` +
        "muestra en unos días.",
      pending: (held) => `Hay ${held} retenidos en tu tarjeta; el cobro está en marcha.`,
    },
    corrected: "Corregido",
    change: (name, before, after) => `${name}: ${before} → ${after}`,
    wrong: "¿No es correcto?",
    wrongWith: (name) => `Algo no es correcto con ${name}`,
    disputeUntil: (date) => `¿Algo no es correcto? Puedes decirlo hasta el ${date}.`,
    print: "Imprimir o guardar",
  },
  dispute: {
    title: (name) => `¿Qué ha pasado con «${name}»?`,
    howMany: (quantity) => `¿Cuántos de los ${quantity} no son correctos?`,
    fewer: "Uno menos",
    more: "Uno más",
    reasons: {
      not_taken: "No lo cogí",
      put_back: "Lo devolví a su sitio",
      other_product: "Era otro producto",
      damaged: "Estaba dañado",
    },
    words: "¿Algo que añadir? (opcional)",
    send: "Enviar",
    sending: "Enviando…",
    tap: "Toca lo que ocurrió y se enviará.",
    sent: "Enviado. Aquí verás cómo sigue.",
    states: {
      open: {
        title: "En revisión",
        todo: "Una persona mira el vídeo y decide. No tienes que hacer nada.",
      },
      granted: { title: "Tenías razón", todo: "El importe vuelve a tu tarjeta." },
      partly: { title: "Tenías razón en parte", todo: "Una parte del importe vuelve a tu tarjeta." },
      refused: {
        title: "No se ha confirmado",
        todo: "El vídeo muestra lo que se cobró, así que queda como está.",
      },
      withdrawn: { title: "Retirada", todo: "La retiraste; no cambia nada." },
    },
    atOnce: "Aceptado al momento.",
    claim: (name, charged, claimed) => `${name}: cobrados ${charged}, tú dices ${claimed}`,
    withdraw: "Retirar la reclamación",
    withdrawing: "Retirando…",
    refund: {
      pending: (amount) => `Se están devolviendo ${amount} a tu tarjeta.`,
      done: (amount) =>
        `Se han devuelto ${amount} a tu tarjeta; tu banco lo mostrará en unos días.`,
      refused: (amount) =>
        `Tu banco no aceptó el reembolso de ${amount}. El operador lo sabe y te escribirá.`,
    },
    restOpen: "De uno en uno: podrás reclamar otro artículo cuando se decida este.",
  },
  debt: {
    title: "Queda por pagar",
    intro: (amount) =>
      `No se pudieron cobrar ${amount}. Hasta que los pagues no podrás abrir ninguna nevera.`,
    since: (date) => `del ${date}`,
    pay: (amount) => `Pagar ${amount}`,
    paying: "Pagando…",
    with: "Con",
    paid: "Pagado. Ya puedes volver a abrir cualquier nevera.",
    declined: "Tu tarjeta fue rechazada. Elige otra.",
    none: "No debes nada",
    noneTodo: "Puedes abrir cualquier nevera.",
    see: "Ver y pagar",
    noCard: "Añade una tarjeta para pagar.",
  },
  scan: {
    title: "Escanear el código",
    look: "Encuadra el código de la pantalla de la nevera.",
    starting: "Encendiendo la cámara…",
    noCamera: "Este navegador no puede escanear códigos aquí.",
    noCameraTodo: "Abre la cámara de tu teléfono, apunta al código y toca el enlace que aparece.",
    denied: "No hay permiso para usar la cámara.",
    deniedTodo: "Dale permiso en los ajustes del navegador o usa la cámara de tu teléfono.",
    notOurs: "Es un código, pero no de una nevera de aquí.",
    paste: "O pega el enlace del código",
    open: "Abrir",
  },
  bank: {
    title: "Banco de prueba",
    intro: "En modo de prueba esta página hace de tu banco.",
    ask: (amount) => `¿Se pueden retener ${amount} en tu tarjeta?`,
    askDebt: (amount) => `¿Se pueden cobrar ${amount} en tu tarjeta?`,
    yes: "Sí, soy yo",
    no: "No",
    working: "Enviando tu respuesta…",
    answered: "Esto ya se respondió.",
  },
  account: {
    title: "Cuenta",
    signedInAs: "Has entrado como",
    cards: "Tarjetas",
    noCards: "Todavía no hay ninguna tarjeta.",
    main: "Se usa en tus compras",
    remove: "Quitar",
    removeAsk: "¿Quitar esta tarjeta?",
    removed: "Tarjeta quitada",
    add: "Añadir una tarjeta",
    look: "Aspecto e idioma",
    install: "Ponla en tu pantalla de inicio",
    installTodo: "Así se abre como una aplicación y muestra tus recibos sin conexión.",
    installGo: "Instalar",
    installHow:
      "En el menú del navegador elige «Añadir a pantalla de inicio» o «Instalar aplicación».",
    signOut: "Cerrar sesión",
    signingOut: "Cerrando sesión…",
  },
};
