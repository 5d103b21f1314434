// The words of all pages but the console's. Spanish (es.ts) has the same keys.
import { cabinet } from "./en_cabinet";
import { wallet } from "./en_wallet";

interface ProblemWords {
  happened: string;
  todo: string;
}

const codes: Record<string, ProblemWords> = {
  busy: { happened: "The server is busy.", todo: "Try again in a moment; nothing is lost." },
  cabinet_closed: {
    happened: "This cabinet does not open now.",
    todo: "Try another one, or come back later.",
  },
  cabinet_in_use: {
    happened: "This cabinet is in use.",
    todo: "Wait until its door is closed; the screen shows a new code then.",
  },
  changed_meanwhile: {
    happened: "Somebody else changed this meanwhile.",
    todo: "Reload it, and make your change again.",
  },
  code_wrong: {
    happened: "That code is not right.",
    todo: "Look at the newest e-mail, or ask for another code.",
  },
  csrf_token_invalid: { happened: "This page is too old.", todo: "Reload it and try again." },
  door_token_expired: {
    happened: "The code on the screen has changed since you scanned it.",
    todo: "Scan it again.",
  },
  door_token_used: {
    happened: "This code was used already.",
    todo: "Scan the new one on the screen.",
  },
  door_token_unknown: {
    happened: "This is not a code of a cabinet here.",
    todo: "Scan the code on the cabinet’s screen.",
  },
  not_found: {
    happened: "There is nothing here.",
    todo: "The address may be wrong, or it was removed.",
  },
  account_disabled: {
    happened: "This account is closed.",
    todo: "An owner can open it again.",
  },
  last_owner: {
    happened: "There must be an owner.",
    todo: "Make somebody else an owner first.",
  },
  taken: { happened: "That is taken already.", todo: "Choose another one." },
  expired: { happened: "That code is too old.", todo: "Ask for another one." },
  locked_out: {
    happened: "There is an unpaid amount from an earlier visit.",
    todo: "Pay it first; then the cabinet opens again.",
  },
  password_wrong: { happened: "E-mail address or password is not right.", todo: "Try again." },
  play_chosen: {
    happened: "What you did is rendered, or being rendered.",
    todo: "Begin anew to choose something else.",
  },
  play_empty: { happened: "That place is empty.", todo: "Take from another one." },
  play_full: { happened: "That place is full to its front.", todo: "Choose another place." },
  play_no_act: { happened: "This page is too old for the cabinet.", todo: "Reload it." },
  play_no_facing: { happened: "There is no such place in this cabinet.", todo: "Reload the page." },
  play_no_fit: { happened: "It does not fit there.", todo: "Choose another place." },
  play_not_in_hand: { happened: "That is not in your hand.", todo: "Take it first." },
  play_nothing: { happened: "Nothing is chosen yet.", todo: "Take something first." },
  play_playing: { happened: "It is playing.", todo: "Close the door first." },
  play_too_many: {
    happened: "Those are the most acts that can be rendered.",
    todo: "Render them, or undo one.",
  },
  shopping_already: {
    happened: "You have a purchase under way.",
    todo: "Close that cabinet’s door first; then this one unlocks.",
  },
  too_many_requests: { happened: "Those were many tries.", todo: "Wait a minute, then try again." },
  unauthenticated: { happened: "You are signed out.", todo: "Sign in again." },
};

export const en = {
  common: {
    appName: "tally",
    back: "Back",
    cancel: "Cancel",
    close: "Close",
    copied: "Copied",
    copy: "Copy",
    language: "Language",
    loading: "Loading…",
    more: "Show more",
    notFound: "There is no such page",
    offline: "No connection. What you see may be old; it goes on by itself when you are back.",
    requestId: "Tell your support this number:",
    retry: "Try again",
    save: "Save",
    saving: "Saving…",
    signOut: "Sign out",
    theme: "Look",
    themes: { system: "As system", light: "Light", dark: "Dark" },
    undo: "Undo",
    working: "One moment…",
  },
  problems: {
    codes,
    offline: { happened: "No answer came.", todo: "Look at your connection and try again." },
    // What a code says in short, where the server's sentence is in another language.
    refusals: {} as Record<string, string>,
    serverSays: (sentence: string, _refusal: string) => sentence,
    refused: { happened: "That did not work.", todo: "" },
    server: {
      happened: "Something went wrong on our side.",
      todo: "Try again in a moment; nothing happens twice.",
    },
  },
  wallet,
  cabinet,
};
