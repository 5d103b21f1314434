// Whether answers come. The browser's own word counts only when it says that there is no network.
import { computed, signal } from "@preact/signals";

const network = signal(navigator.onLine);
const silent = signal(false);

addEventListener("online", () => {
  network.value = true;
  silent.value = false;
});
addEventListener("offline", () => {
  network.value = false;
});

export const noteAnswer = (): void => {
  silent.value = false;
};
export const noteSilence = (): void => {
  silent.value = true;
};

export const offline = computed(() => !network.value || silent.value);

// Calls `back` when answers come again. Returns how to end it.
export function whenBack(back: () => void): () => void {
  let was = offline.peek();
  return offline.subscribe((now) => {
    if (was && !now) back();
    was = now;
  });
}
