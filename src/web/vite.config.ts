/**
 * How the page is built: from this folder into dist/web, for browsers of the last three years.
 *
 * Views and the editor are loaded when they are opened; nothing is inlined, since the page's policy
 * allows files only.
 */
import { defineConfig } from "vite";

export default defineConfig({
  base: "/",
  build: {
    outDir: "../../dist/web",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { checks: { pluginTimings: false } },
    license: { fileName: "licenses.md" },
  },
});
