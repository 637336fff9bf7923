/**
 * How the program is put into one piece, dist/program.cjs: src/program.ts and every module that it
 * loads, packages included, as a function of a module's names (src/start/bundled-program.ts).
 *
 * I1  `import.meta.url` of each module stands for its own compiled file in dist/, which is there
 *     too: threads and folders are found from it.
 * I2  The piece is ASCII: other characters are written as escapes, which mean the same wherever
 *     they stand in JavaScript.
 */
import { relative, resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";

const SOURCE = resolve(import.meta.dirname, "..");
const LAST_ASCII = 0x7f;

/** A module's own place, told from that of the piece. */
function ownPlaces(): Plugin {
  return {
    name: "own-places",
    transform: (code, id) => {
      if (!id.startsWith(SOURCE) || !code.includes("import.meta")) return null;
      const compiled = JSON.stringify(`/${relative(SOURCE, id).replace(/\.ts$/, ".js")}`);
      const path = `(__dirname + ${compiled})`;
      return code
        .replaceAll("import.meta.url", `require("node:url").pathToFileURL${path}.href`)
        .replaceAll("import.meta.dirname", `require("node:path").dirname${path}`);
    },
  };
}

/** I2, and the function around everything. */
function wrapped(): Plugin {
  return {
    name: "wrapped",
    generateBundle: (_options, bundle) => {
      const names = "exports, require, module, __filename, __dirname";
      for (const file of Object.values(bundle)) {
        if (file.type === "chunk") file.code = `(function (${names}) {${escaped(file.code)}\n});\n`;
      }
    },
  };
}

function escaped(code: string): string {
  let text = "";
  for (let i = 0; i < code.length; i++) {
    const unit = code.charCodeAt(i);
    text += unit <= LAST_ASCII ? code[i] : `\\u${unit.toString(16).padStart(4, "0")}`;
  }
  return text;
}

export default defineConfig({
  plugins: [ownPlaces(), wrapped()],
  ssr: { noExternal: true, target: "node" },
  build: {
    ssr: resolve(SOURCE, "program.ts"),
    outDir: resolve(SOURCE, "../dist"),
    emptyOutDir: false,
    target: "node20",
    minify: false,
    license: { fileName: "program-licenses.md" },
    rolldownOptions: {
      checks: { pluginTimings: false },
      output: { format: "cjs", entryFileNames: "program.cjs", codeSplitting: false },
    },
  },
});
