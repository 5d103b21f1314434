import { counted } from "./counted";
import type { Strings } from ".";

const count = (number: number, one: string, many: string) => counted("es", number, one, many);

export const wallet: Strings["wallet"] = {
  title: "Cartera",
  home: {
    hello: "Tu cartera",
    intro:
      "Escanea el código en la pantalla de un armario. Se abre, coges lo que quieras y pagas " +
      "lo que te llevas.",
    scan: "Escanear el código de un armario",
    receipts: "Recibos",
    noReceipts: "Todavía no hay recibos",
    noReceiptsTodo: "Tras tu primera compra su recibo estará aquí, con un vídeo de cada artículo.",
    items: (number) => count(number, "artículo", "artículos"),
    nothingTaken: "Nada cogido",
    corrected: "Corregido",
    running: "Tienes una compra en curso",
    runningGo: "Ir a ella",
    signInWhere: "Escanea primero el código de un armario: dice de quién es, y allí entras.",
    signIn: "Entrar",
    account: "Cuenta",
  },
  door: {
    by: (operator) => `de ${operator}`,
    goods: "En este armario",
    taxIncluded: "Los precios incluyen impuestos.",
    taxAdded: "A estos precios se añaden impuestos.",
    noGoods: "El operador no ha dicho qué contiene.",
    closedBecause: {
      offline: "Ahora mismo no tiene conexión.",
      warm: "Estuvo demasiado caliente: su operador tiene que mirar antes lo que hay dentro.",
      blind: "Ahora mismo sus cámaras no funcionan.",
      locked: "Está fuera de servicio.",
      unready: "Su operador tiene que arreglar algo antes.",
      busy: "Alguien lo está usando.",
    },
    closed: "Ahora no se abre",
    unlock: "Abrir",
    unlocking: "Abriendo…",
    hold: (amount) =>
      `Se retienen ${amount} en tu tarjeta mientras la puerta está abierta. Solo pagas lo ` +
      "que te llevas; el resto se libera.",
    card: (name) => `Pagar con ${name}`,
    otherCard: "Otra tarjeta",
    signInFirst: "Entra para abrir",
    cardFirst: "Añade una tarjeta para abrir",
    goneSignedIn: "Ya has entrado: escanea el código de la pantalla y podrás abrir enseguida.",
    gone: "Escanear de nuevo",
    otherOperator: "Tu cuenta es de otro operador. Entra para este.",
  },
  signIn: {
    title: "Entrar",
    intro: "Recibes un código por correo. No hay contraseña que recordar.",
    email: "Correo electrónico",
    send: "Enviarme un código",
    sending: "Enviando…",
    sentTo: (email) => `Un código va de camino a ${email}.`,
    code: "Las seis cifras del correo",
    enter: "Entrar",
    entering: "Entrando…",
    again: "Enviar otro código",
    otherEmail: "Usar otra dirección",
    demoHint: "Esto es una demostración: el código aparece en la terminal donde corre tally.",
    wrongEmail: "Eso no es una dirección de correo.",
  },
  card: {
    title: "Añadir una tarjeta",
    testIntro: "Modo de prueba: no se mueve dinero. Elige cómo se comporta la tarjeta.",
    add: "Añadir esta tarjeta",
    adding: "Añadiendo…",
    added: "La tarjeta está añadida",
    hosted: {
      intro:
        "La escribes en la página de Stripe, que mueve " +
        "el dinero, y vuelves aquí. Su número nunca nos llega.",
      add: "Añadir una tarjeta en la página de Stripe",
      leaving: "Yendo a Stripe…",
      notSaved: "No se guardó ninguna tarjeta",
      notSavedWhy: "Saliste de la página de Stripe antes de terminar, o tardó demasiado.",
      look: "Sí terminé: mirar otra vez",
      looking: "Preguntando a Stripe…",
    },
    testCards: {
      pm_card_visa: "Funciona",
      pm_card_chargeDeclinedInsufficientFunds: "Se rechaza: falta dinero",
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
        title: "Preguntando a tu banco",
        todo: "Se está reteniendo el importe en tu tarjeta.",
      },
      action: {
        title: "Tu banco quiere saber que eres tú",
        todo: "Confírmalo allí; después vuelves a esta página.",
      },
      unlocking: {
        title: "Desbloqueado: abre la puerta",
        todo: "Si no lo haces, se bloquea en unos segundos.",
      },
      open: {
        title: "Coge lo que quieras",
        todo: "Devuelve lo que no quieras. Cierra la puerta al terminar.",
      },
      grace: {
        title: "La puerta está cerrada",
        todo: "¿Has olvidado algo? Ábrela ahora; sigue siendo una sola compra.",
      },
      deciding: { title: "Se está haciendo tu recibo", todo: "Suele tardar dos segundos." },
      review: {
        title: "Alguien echa un vistazo",
        todo:
          "Las cámaras no estaban seguras, así que una persona mira el vídeo antes de " +
          "cobrarte. Puedes salir de esta página; el recibo estará en tu cartera.",
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
        title: "Cancelada",
        todo: "No se cobró nada; la retención en tu tarjeta se libera.",
      },
      unlock_refused: {
        title: "El armario no se desbloqueó",
        todo:
          "No se cobró nada; la retención en tu tarjeta se libera. Escanea el nuevo código o " +
          "prueba con otro armario.",
      },
      not_opened: {
        title: "La puerta no se abrió a tiempo",
        todo: "Está bloqueada de nuevo. No se cobró nada; la retención en tu tarjeta se libera.",
      },
      restocked: { title: "Repuesto", todo: "" },
    },
    videoLate: {
      title: "El vídeo está en camino",
      todo:
        "La conexión de este armario es lenta o se ha cortado, así que tu recibo tarda más: casi " +
        "siempre unos minutos, como mucho tres días. No se te cobra nada hasta entonces. Puedes salir " +
        "de esta página; el recibo aparecerá en tu cartera.",
    },
    declineCodes: {
      insufficient_funds: "Motivo: no hay suficiente dinero.",
      expired_card: "Motivo: la tarjeta ha caducado.",
      lost_card: "Motivo: la tarjeta consta como perdida.",
      authentication_failed: "Motivo: no se confirmó con el banco.",
    },
    confirm: "Confirmar con tu banco",
    cancel: "Cancelar la compra",
    cancelling: "Cancelando…",
    again: "Escanear un código",
    otherCard: "Elegir otra tarjeta",
    late: "Se ha perdido la conexión; esta página seguirá sola.",
    held: (amount) => `${amount} retenidos en tu tarjeta`,
    doorOpen: "La puerta está abierta",
    doorClosed: "La puerta está cerrada",
    doorUnlocked: "La puerta está desbloqueada",
  },
  receipt: {
    title: "Recibo",
    total: "Total",
    nothing: "No cogiste nada, así que no se cobró nada.",
    nothingLeft: "Ya no se cobra nada de ello.",
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
    disputeUntil: (date) => `Puedes decirlo hasta el ${date}.`,
    print: "Imprimir o guardar",
  },
  dispute: {
    title: (name) => `¿Qué pasa con «${name}»?`,
    howMany: (quantity) => `¿Cuántos de los ${quantity} no son correctos?`,
    fewer: "Uno menos",
    more: "Uno más",
    reasons: {
      not_taken: "No lo cogí",
      put_back: "Lo devolví a su sitio",
      other_product: "Era otro producto",
      damaged: "Estaba dañado",
    },
    words: "¿Algo que añadir? (no hace falta)",
    send: "Enviar",
    sending: "Enviando…",
    tap: "Toca lo que ocurrió: con eso se envía.",
    sent: "Enviado. Aquí verás qué pasa con ello.",
    states: {
      open: {
        title: "Se está mirando",
        todo: "Una persona mira el vídeo y decide. No tienes que hacer nada.",
      },
      granted: { title: "Tenías razón", todo: "El importe vuelve a tu tarjeta." },
      partly: { title: "Razón en parte", todo: "Una parte del importe vuelve a tu tarjeta." },
      refused: {
        title: "No confirmado",
        todo: "El vídeo muestra lo que se cobró, así que queda como está.",
      },
      withdrawn: { title: "Retirado", todo: "Lo retiraste; no cambia nada." },
    },
    atOnce: "Concedido al momento.",
    claim: (name, charged, claimed) => `${name}: cobrados ${charged}, tú dices ${claimed}`,
    withdraw: "Retirarlo",
    withdrawing: "Retirando…",
    refund: {
      pending: (amount) => `${amount} van de vuelta a tu tarjeta.`,
      done: (amount) =>
        `${amount} están de vuelta en tu tarjeta; tu banco lo muestra en unos días.`,
      refused: (amount) =>
        `Tu banco no aceptó la devolución de ${amount}. El operador lo sabe y te escribirá.`,
    },
    restOpen: "De uno en uno: podrás avisar de otro artículo cuando este se decida.",
  },
  debt: {
    title: "Queda por pagar",
    intro: (amount) =>
      `No se pudieron cobrar ${amount}. Hasta que se paguen no se abre ningún armario para ti.`,
    since: (date) => `del ${date}`,
    pay: (amount) => `Pagar ${amount}`,
    paying: "Pagando…",
    with: "Con",
    paid: "Pagado. Todos los armarios se abren otra vez para ti.",
    declined: "Tu tarjeta fue rechazada. Elige otra.",
    none: "No debes nada",
    noneTodo: "Todos los armarios se abren para ti.",
    see: "Ver y pagar",
    noCard: "Añade una tarjeta para pagar.",
  },
  scan: {
    title: "Escanear el código",
    look: "Pon el código de la pantalla del armario dentro del marco.",
    starting: "Encendiendo la cámara…",
    noCamera: "Este navegador no puede escanear códigos aquí.",
    noCameraTodo: "Abre la cámara de tu teléfono, apunta al código y toca el enlace que aparece.",
    denied: "La cámara no está permitida.",
    deniedTodo: "Permítela en los ajustes del navegador o usa la cámara de tu teléfono.",
    notOurs: "Es un código, pero no de un armario de aquí.",
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
    working: "Avisando a la cartera…",
    answered: "Esto ya se respondió.",
  },
  account: {
    title: "Cuenta",
    signedInAs: "Has entrado como",
    cards: "Tarjetas",
    noCards: "Todavía no hay tarjeta.",
    main: "Se usa para las compras",
    remove: "Quitar",
    removeAsk: "¿Quitar esta tarjeta?",
    removed: "La tarjeta se ha quitado",
    add: "Añadir una tarjeta",
    look: "Aspecto e idioma",
    install: "Ponla en tu pantalla de inicio",
    installTodo: "Así se abre como una aplicación y muestra tus recibos sin conexión.",
    installGo: "Instalar",
    installHow:
      "En el menú del navegador elige «Añadir a pantalla de inicio» o «Instalar aplicación».",
    signOut: "Salir",
    signingOut: "Saliendo…",
  },
};
