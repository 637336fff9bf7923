/**
 * How the page is built: from this folder into dist/web, for browsers of the last three years.
 *
 * Views and the editor are loaded when they are opened; nothing is inlined, since the page's policy
 * allows files only. Nothing is painted before the first script has run: it knows the theme that
 * the reader chose.
 */
import { defineConfig, type Plugin } from "vite";

const PLAIN = '<script type="module"';
const paintAfterScript: Plugin = {
  name: "paint-after-script",
  transformIndexHtml: {
    order: "post",
    handler: (html) => html.replace(PLAIN, `${PLAIN} blocking="render"`),
  },
};

export default defineConfig({
  base: "/",
  plugins: [paintAfterScript],
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
