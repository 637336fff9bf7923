/**
 * Compiles src/kernel/code to WebAssembly and writes it as src/kernel/kernel-code.ts, and
 * src/kernel/decode and src/kernel/checksum as decode-code.ts and checksum-code.ts beside it.
 *
 *   npm run compile:kernel
 *
 * The result is committed, so nobody needs the compiler to build or run; a test compiles again and
 * compares. memory.assembly takes the place of memory.ts: the rest is the same text.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const COLUMNS = 96;
const FLAGS = [
  ...["--outFile", "kernel.wasm", "--optimizeLevel", "3", "--shrinkLevel", "0", "--converge"],
  ...["--runtime", "stub", "--noAssert", "--enable", "simd"],
];

/** A module: where its sources lie, which of them is compiled, where the result goes. */
export interface KernelModule {
  readonly folder: URL;
  readonly entry: string;
  readonly target: URL;
  readonly name: string;
  readonly flags: readonly string[];
}

/** What requests pass through. */
export const INTAKE: KernelModule = {
  folder: new URL("../src/kernel/code/", import.meta.url),
  entry: "kernel.ts",
  target: new URL("../src/kernel/kernel-code.ts", import.meta.url),
  name: "KERNEL_CODE",
  flags: [
    ...["--importMemory", "--sharedMemory"],
    ...["--initialMemory", "1", "--maximumMemory", "65536", "--memoryBase", "0"],
    ...["--enable", "threads", "--enable", "bulk-memory"],
  ],
};
/** What queries read chunks with. */
export const DECODE: KernelModule = {
  folder: new URL("../src/kernel/decode/", import.meta.url),
  entry: "decode-kernel.ts",
  target: new URL("../src/kernel/decode-code.ts", import.meta.url),
  name: "DECODE_CODE",
  flags: ["--initialMemory", "10", "--maximumMemory", "10"],
};
/** What files are checked with. */
export const CHECKSUM: KernelModule = {
  folder: new URL("../src/kernel/checksum/", import.meta.url),
  entry: "fold.ts",
  target: new URL("../src/kernel/checksum-code.ts", import.meta.url),
  name: "CHECKSUM_CODE",
  flags: ["--initialMemory", "3", "--maximumMemory", "3", "--enable", "bulk-memory"],
};
export const MODULES: readonly KernelModule[] = [INTAKE, DECODE, CHECKSUM];

const header = (folder: string) => `/**
 * The kernel's WebAssembly, compiled from src/kernel/${folder} by \`npm run compile:kernel\`.
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
export async function compileKernel({ folder, entry, flags }: KernelModule): Promise<Uint8Array> {
  let code: Uint8Array | null = null;
  const messages: string[] = [];
  const compiler = ((await import(COMPILER_MODULE)) as { default: Compiler }).default;
  const { error } = await compiler.main([entry, ...FLAGS, ...flags], {
    readFile: (name) => {
      try {
        // The compiler adds an extension of its own to the one in the import.
        const path = name.replace(/\.ts\.ts$/, ".ts");
        const file = path === "memory.ts" ? "memory.assembly" : path;
        return readFileSync(new URL(file, folder), "utf8");
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

/** The text of a module's target for its bytes. */
export function kernelText({ folder, name }: KernelModule, code: Uint8Array): string {
  const text = Buffer.from(code).toString("base64");
  const lines: string[] = [];
  for (let at = 0; at < text.length; at += COLUMNS) lines.push(text.slice(at, at + COLUMNS));
  const part = folder.pathname.split("/").at(-2) ?? "";
  return `${header(part)}export const ${name} = \`\n${lines.join("\n")}\n\`;\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const module of MODULES) {
    const code = await compileKernel(module);
    writeFileSync(module.target, kernelText(module, code));
    console.log(`${code.length} bytes of WebAssembly`);
  }
}
