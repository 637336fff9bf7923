/**
 * Compiles src/kernel/code to WebAssembly and writes it as src/kernel/kernel-code.ts.
 *
 *   npm run compile:kernel
 *
 * The result is committed, so nobody needs the compiler to build or run; a test compiles again and
 * compares. memory.assembly takes the place of memory.ts: the rest is the same text.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../src/kernel/code/", import.meta.url));
const TARGET = fileURLToPath(new URL("../src/kernel/kernel-code.ts", import.meta.url));
const COLUMNS = 96;
const FLAGS = [
  ...["--outFile", "kernel.wasm", "--optimizeLevel", "3", "--shrinkLevel", "0", "--converge"],
  ...["--runtime", "stub", "--noAssert", "--importMemory", "--sharedMemory"],
  ...["--initialMemory", "1", "--maximumMemory", "65536", "--memoryBase", "0"],
  ...["--enable", "simd", "--enable", "threads", "--enable", "bulk-memory"],
];
const HEADER = `/**
 * The kernel's WebAssembly, compiled from src/kernel/code by \`npm run compile:kernel\`.
 *
 * Generated: change the sources, not this file. The text is base64.
 */

`;

/** What is used of the compiler; its own declarations would make its types global everywhere. */
interface Compiler {
  main(
    parameters: readonly string[],
    host: {
      readFile(name: string): string | null;
      writeFile(name: string, contents: string | Uint8Array): void;
      listFiles(): string[];
      readonly stderr: { write(text: string): boolean };
    },
  ): Promise<{ readonly error: Error | null }>;
}
const COMPILER_MODULE: string = "assemblyscript/asc";

/** The module's bytes. */
export async function compileKernel(): Promise<Uint8Array> {
  let code: Uint8Array | null = null;
  const messages: string[] = [];
  const compiler = ((await import(COMPILER_MODULE)) as { default: Compiler }).default;
  const { error } = await compiler.main(["kernel.ts", ...FLAGS], {
    readFile: (name) => {
      try {
        // The compiler adds an extension of its own to the one in the import.
        const path = name.replace(/\.ts\.ts$/, ".ts");
        return readFileSync(join(FOLDER, path === "memory.ts" ? "memory.assembly" : path), "utf8");
      } catch {
        return null;
      }
    },
    writeFile: (_name, contents) => {
      if (typeof contents !== "string") code = contents;
    },
    listFiles: () => [],
    stderr: { write: (text) => messages.push(text) > 0 },
  });
  if (error !== null || code === null) throw new Error(`${String(error)}\n${messages.join("")}`);
  return code;
}

/** The text of kernel-code.ts for a module. */
export function kernelText(code: Uint8Array): string {
  const text = Buffer.from(code).toString("base64");
  const lines: string[] = [];
  for (let at = 0; at < text.length; at += COLUMNS) lines.push(text.slice(at, at + COLUMNS));
  return `${HEADER}export const KERNEL_CODE = \`\n${lines.join("\n")}\n\`;\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const code = await compileKernel();
  writeFileSync(TARGET, kernelText(code));
  console.log(`${code.length} bytes of WebAssembly`);
}
