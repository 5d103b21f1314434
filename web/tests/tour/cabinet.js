// The cabinet's screen in every state that its agent tells; as console.js. It has no addresses:
// `says` is what the agent says differently.
const row = (name, says, shows) => ({ route: "the cabinet", name, who: "screen", says, shows });

const idle = { state: "locked", online: true, door_open: false, playing_ms: null };
export const cabinetRows = [
  row("locked", idle, ".code-card img"),
  row("no-code", { ...idle, url: "", qr: "" }, ".code-card.none"),
  row("offline", { ...idle, online: false }, ".code-card.none"),
  row("unlocked", { ...idle, state: "unlocked", url: "" }, ".screen.unlocked"),
  row("open", { ...idle, state: "open", door_open: true, url: "" }, ".screen.open"),
  row("locking", { ...idle, state: "locking", url: "" }, ".screen.locking"),
  row("closed", { ...idle, state: "closed", url: "" }, ".screen.closed"),
  row("forced", { ...idle, state: "forced", door_open: true, url: "" }, ".screen.forced"),
  row("text", { ...idle, text: "Ask at the desk for a cold one" }, ".code-card img"),
  row(
    "problems",
    {
      ...idle,
      waiting_bytes: 48e6,
      celsius: 11.4,
      problems: ["cam1: no frames", "cam2: gives no pictures"],
    },
    ".screen-foot .problem",
  ),
  row("real", { ...idle, simulated: false, manual: false, clips: [], play: null }, ".code-card img"),
];
