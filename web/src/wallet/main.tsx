import { start } from "@shared/page";
import "@shared/style";
import { Wallet } from "./wallet";
import "./style.css";

start(<Wallet />);

if ("serviceWorker" in navigator) {
  // Where it can't be had (private windows), the wallet works as well while there is a connection.
  navigator.serviceWorker.register("/sw.js", { type: "module" }).catch(() => undefined);
}
