import { counted } from "./counted";

const count = (number: number, one: string, many: string) => counted("en", number, one, many);

export const wallet = {
  title: "Wallet",
  home: {
    hello: "Your wallet",
    intro:
      "Scan the code on a cabinet’s screen. It unlocks, you take what you like, and you pay " +
      "what you took.",
    scan: "Scan a cabinet’s code",
    receipts: "Receipts",
    noReceipts: "No receipts yet",
    noReceiptsTodo: "After your first purchase its receipt stands here, with a clip of every item.",
    items: (number: number) => count(number, "item", "items"),
    nothingTaken: "Nothing taken",
    corrected: "Corrected",
    running: "You have a purchase under way",
    runningGo: "Go to it",
    signInWhere:
      "Scan a cabinet’s code first: it tells whose cabinet it is, and you sign in there.",
    signIn: "Sign in",
    account: "Account",
  },
  door: {
    by: (operator: string) => `by ${operator}`,
    goods: "In this cabinet",
    taxIncluded: "Prices include tax.",
    taxAdded: "Tax is added to these prices.",
    noGoods: "The operator has not told what is in it.",
    closed: "It does not open now",
    closedBecause: {
      offline: "It has no connection at the moment.",
      warm: "It was too warm: its operator has to look at what is inside first.",
      blind: "Its cameras do not work at the moment.",
      locked: "It is out of order.",
      unready: "Its operator has something to set right first.",
      busy: "Somebody is using it.",
    },
    unlock: "Unlock",
    unlocking: "Unlocking…",
    hold: (amount: string) =>
      `${amount} is held on your card while the door is open. You pay only what you take; ` +
      "the rest is released.",
    card: (name: string) => `You pay with: ${name}`,
    otherCard: "Other card",
    signInFirst: "Sign in to unlock",
    cardFirst: "Add a card to unlock",
    goneSignedIn: "You are signed in: scan the code on the screen, and you can unlock at once.",
    gone: "Scan again",
    otherOperator: "Your account is with another operator. Sign in for this one.",
  },
  signIn: {
    title: "Sign in",
    intro: "You get a code by e-mail. There is no password to remember.",
    email: "E-mail address",
    send: "Send me a code",
    sending: "Sending…",
    sentTo: (email: string) => `A code is on its way to ${email}.`,
    code: "The six digits from the e-mail",
    enter: "Sign in",
    entering: "Signing in…",
    again: "Send another code",
    otherEmail: "Use another address",
    demoHint: "This is a demo: the code is printed in the terminal where tally runs.",
    wrongEmail: "That is not an e-mail address.",
  },
  card: {
    title: "Add a card",
    testIntro: "Test mode: no money moves. Choose how the card behaves.",
    add: "Add this card",
    adding: "Adding…",
    added: "The card is added",
    since: (when: string) => `added ${when}`,
    hosted: {
      intro:
        "You enter it on the page of Stripe, who moves the " +
        "money, and come back here. Its number never reaches us.",
      add: "Add a card on Stripe’s page",
      leaving: "Going to Stripe…",
      notSaved: "No card was saved",
      notSavedWhy: "You left Stripe’s page before the end, or it took too long.",
      look: "I did finish: look again",
      looking: "Asking Stripe…",
    },
    testCards: {
      pm_card_visa: "Works",
      pm_card_chargeDeclinedInsufficientFunds: "Is declined: not enough money",
      pm_card_chargeDeclinedExpiredCard: "Is declined: expired",
      pm_card_authenticationRequired: "The bank asks you to confirm",
    },
    brand: (brand: string, last4: string) => {
      const name = brand === "test_card" ? "Test card" : brand || "Card";
      return last4 ? `${name} ending in ${last4}` : name;
    },
  },
  session: {
    title: "Your purchase",
    steps: {
      card: "Card",
      unlock: "Unlock",
      take: "Take",
      close: "Close",
      receipt: "Receipt",
    },
    states: {
      holding: { title: "Asking your bank", todo: "The amount is being held on your card." },
      action: {
        title: "Your bank wants to know it is you",
        todo: "Confirm it there; you come back to this page.",
      },
      unlocking: {
        title: "Unlocked: open the door",
        todo: "It locks again after a few seconds if you do not.",
      },
      open: {
        title: "Take what you like",
        todo: "Put back what you do not want. Close the door when you are " + "done.",
      },
      grace: {
        title: "The door is closed",
        todo: "Forgotten something? Open it again now; it stays one purchase.",
      },
      deciding: { title: "Your receipt is being made", todo: "Usually this takes two seconds." },
      review: {
        title: "Somebody takes a look",
        todo:
          "The cameras were not sure, so a person watches the video before you are charged. " +
          "You can leave this page; the receipt will be in your wallet.",
      },
      settled: { title: "Done", todo: "Your receipt is ready." },
      ended: { title: "This purchase has ended", todo: "" },
    },
    ends: {
      declined: {
        title: "Your card was declined",
        todo: "Nothing was charged and the door stayed locked. Try another card, or ask your bank.",
      },
      no_answer: {
        title: "Your bank did not answer",
        todo: "Nothing was charged. Scan the code again in a moment.",
      },
      cancelled: {
        title: "Cancelled",
        todo: "Nothing was charged; the hold on your card is released.",
      },
      unlock_refused: {
        title: "The cabinet did not unlock",
        todo:
          "Nothing was charged; the hold on your card is released. Scan the new code, or try " +
          "another cabinet.",
      },
      not_opened: {
        title: "The door was not opened in time",
        todo: "It is locked again. Nothing was charged; the hold on your card is released.",
      },
      restocked: { title: "Restocked", todo: "" },
    },
    videoLate: {
      title: "The video is on its way",
      todo:
        "This cabinet’s connection is slow or gone, so your receipt takes longer: mostly some minutes, " +
        "at most three days. You are charged only then. You can leave this page; the receipt will be " +
        "in your wallet.",
    },
    declineCodes: {
      insufficient_funds: "Reason: not enough money on it.",
      expired_card: "Reason: the card has expired.",
      lost_card: "Reason: the card was reported lost.",
      authentication_failed: "Reason: it was not confirmed with the bank.",
    } as Record<string, string>,
    confirm: "Confirm with your bank",
    cancel: "Cancel the purchase",
    cancelling: "Cancelling…",
    again: "Scan a code",
    otherCard: "Choose another card",
    late: "The connection is lost; this page follows again by itself.",
    held: (amount: string) => `${amount} held on your card`,
    doorOpen: "The door is open",
    doorClosed: "The door is closed",
    doorUnlocked: "The door is unlocked",
  },
  receipt: {
    title: "Receipt",
    total: "Total",
    nothing: "You took nothing, so nothing was charged.",
    nothingLeft: "Nothing of it is charged any more.",
    each: (amount: string) => `${amount} each`,
    taxIncluded: (rate: string, amount: string) => `Includes ${amount} tax (${rate})`,
    taxAdded: (rate: string, amount: string) => `Plus ${amount} tax (${rate})`,
    ready: (seconds: string) => `Ready ${seconds} s after the door closed`,
    clip: (name: string) => `Clip of ${name}`,
    otherView: (number: number, of: number) => `Clip ${number} of ${of}`,
    clipGone: "The clip is no longer kept.",
    paid: "Paid",
    paying: "Being charged",
    unpaid: "Not paid yet",
    refunded: (amount: string) => `${amount} refunded`,
    hold: {
      rest: (held: string, captured: string, released: string) =>
        `${held} was held on your card. ${captured} of it is charged, and ${released} is ` +
        "released; your bank shows that within a few days.",
      all: (held: string) => `${held} was held on your card and is charged.`,
      none: (held: string) =>
        `${held} was held on your card and is released; nothing is charged. Your bank ` +
        "shows that within a few days.",
      pending: (held: string) => `${held} is held on your card; the charge is under way.`,
    },
    corrected: "Corrected",
    change: (name: string, before: number, after: number) => `${name}: ${before} → ${after}`,
    wrong: "Not right?",
    wrongWith: (name: string) => `Something is not right with ${name}`,
    disputeUntil: (date: string) => `Something not right? You can tell us until ${date}.`,
    print: "Print or save",
  },
  dispute: {
    title: (name: string) => `What is wrong with “${name}”?`,
    howMany: (quantity: number) => `How many of the ${quantity} are not right?`,
    fewer: "One fewer",
    more: "One more",
    reasons: {
      not_taken: "I did not take it",
      put_back: "I put it back",
      other_product: "It was another product",
      damaged: "It was damaged",
    },
    words: "Anything to add? (optional)",
    send: "Send",
    sending: "Sending…",
    tap: "Tap what happened: that sends it.",
    sent: "Sent. You see here what becomes of it.",
    states: {
      open: {
        title: "Being looked at",
        todo: "A person watches the video and decides. You need to do nothing.",
      },
      granted: { title: "You were right", todo: "The amount goes back to your card." },
      partly: { title: "Partly right", todo: "A part of the amount goes back to your card." },
      refused: {
        title: "Not confirmed",
        todo: "The video shows what was charged, so it stays as it is.",
      },
      withdrawn: { title: "Taken back", todo: "You took this back; nothing changes." },
    },
    atOnce: "Granted at once.",
    claim: (name: string, charged: number, claimed: number) =>
      `${name}: charged ${charged}, you say ${claimed}`,
    withdraw: "Take it back",
    withdrawing: "Taking it back…",
    refund: {
      pending: (amount: string) => `${amount} are on their way back to your card.`,
      done: (amount: string) =>
        `${amount} are back on your card; your bank shows it within a few days.`,
      refused: (amount: string) =>
        `Your bank refused to take ${amount} back. The operator is told and writes to you.`,
    },
    restOpen: "One at a time: another item can be reported when this one is decided.",
  },
  debt: {
    title: "Still to be paid",
    intro: (amount: string) =>
      `${amount} could not be charged. Until it is paid no cabinet opens for you.`,
    since: (date: string) => `of ${date}`,
    pay: (amount: string) => `Pay ${amount}`,
    paying: "Paying…",
    with: "With",
    paid: "Paid. Every cabinet opens for you again.",
    declined: "Your card was declined. Choose another one.",
    none: "You owe nothing",
    noneTodo: "Every cabinet opens for you.",
    see: "See and pay",
    noCard: "Add a card to pay.",
  },
  scan: {
    title: "Scan the code",
    look: "Hold the code on the cabinet’s screen into the frame.",
    starting: "Starting the camera…",
    noCamera: "This browser can’t scan codes here.",
    noCameraTodo:
      "Open your phone’s own camera, point it at the code, and tap the link that appears.",
    denied: "The camera is not allowed.",
    deniedTodo: "Allow it in the browser’s settings, or use your phone’s own camera app.",
    notOurs: "That is a code, but not one of a cabinet here.",
    paste: "Or paste the code’s link",
    open: "Open",
  },
  bank: {
    title: "Test bank",
    intro: "In test mode this page stands for your bank’s.",
    ask: (amount: string) => `May ${amount} be held on your card?`,
    askDebt: (amount: string) => `May ${amount} be charged to your card?`,
    yes: "Yes, it is me",
    no: "No",
    working: "Telling the wallet…",
    answered: "This was answered already.",
  },
  account: {
    title: "Account",
    signedInAs: "Signed in as",
    cards: "Cards",
    noCards: "No card yet.",
    main: "Used for purchases",
    remove: "Remove",
    removeAsk: "Remove this card?",
    removed: "The card is removed",
    add: "Add a card",
    look: "Look and language",
    install: "Put it on your home screen",
    installTodo: "Then it opens like an app, and shows your receipts without a connection.",
    installGo: "Install",
    installHow: "In your browser’s menu choose “Add to home screen” or “Install app”.",
    signOut: "Sign out",
    signingOut: "Signing out…",
  },
};
