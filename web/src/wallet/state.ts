// What the wallet remembers between its pages.
import { signal } from "@preact/signals";
import { stored } from "@shared/stored";

// Whose cabinets this shopper uses: known from the last code that was scanned, or from the sign-in
// on a server of one operator. Sign-in needs it where there are several.
export const tenant = stored<string>("browser", "tenant", "");

// The door whose code was scanned, until it was used: a shopper who has to add a card, or to settle
// a debt first, comes back to it.
export const door = stored<string>("tab", "door", "");

// The claim on a door's code that was scanned in this tab: no other browser has it.
export const claim = stored("tab", "door_claim", { scanned: "", token: "" });

export const email = stored<string>("tab", "email", "");

// Which of several cards is used; empty: the main one.
export const chosenCard = stored<string>("tab", "card", "");

// The browser's offer to install the page, where it makes one.
export interface InstallOffer extends Event {
  prompt: () => Promise<unknown>;
}
export const installOffer = signal<InstallOffer | null>(null);

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  installOffer.value = event as InstallOffer;
});
