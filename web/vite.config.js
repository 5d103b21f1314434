// Three pages and the wallet's service worker, into build/web/dist. tools/web calls it.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const server = process.env.TALLY_SERVER ?? "http://127.0.0.1:8080";

// Which page holds which addresses, as src/server/serve/pages.cpp has it; for `vite` alone.
const pageOf = (path) => {
  if (/^\/console(\/|$)/.test(path)) return "/console.html";
  return /^\/((d|sandbox|wallet)(\/.*)?)?$/.test(path) ? "/wallet.html" : undefined;
};
const pages = {
  name: "pages",
  configureServer(devServer) {
    devServer.middlewares.use((request, _answer, next) => {
      const page = pageOf(new URL(request.url, "http://host").pathname);
      if (page) request.url = page;
      next();
    });
  },
};

export default defineConfig({
  root: here("."),
  plugins: [pages],
  publicDir: here("public"),
  resolve: { alias: { "@shared": here("src/shared") } },
  esbuild: { jsx: "automatic", jsxImportSource: "preact", legalComments: "none" },
  server: { proxy: { "/v1": server } },
  build: {
    outDir: here("../build/web/dist"),
    emptyOutDir: true,
    target: "es2021",
    assetsInlineLimit: 0, // The policy of the pages allows no data: scripts or styles.
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rollupOptions: {
      input: {
        wallet: here("wallet.html"),
        console: here("console.html"),
        cabinet: here("cabinet.html"),
        sw: here("src/wallet/service_worker.ts"),
      },
      output: {
        // Under a fixed name at the root, since its folder is what a service worker may see.
        entryFileNames: (chunk) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
});
