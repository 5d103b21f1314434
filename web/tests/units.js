// What can be tested of the pages without a browser: every src/**/*_test.js, by node --test's rules.
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { createServer } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));
const found = readdirSync(join(root, "src"), { recursive: true }).filter((one) =>
  one.endsWith("_test.js"),
);
if (found.length === 0) throw new Error("there are no tests");
// Vite makes JavaScript of TypeScript and knows the pages' aliases.
const vite = await createServer({
  root,
  configFile: join(root, "vite.config.js"),
  appType: "custom",
  logLevel: "warn",
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, hmr: false, watch: null, ws: false },
});
for (const one of found.sort()) await vite.ssrLoadModule(`/src/${one}`);
await vite.close();
