/**
 * Who imports whom in src/, read from the source text.
 *
 * I1  An import is a static import, a re-export, a dynamic import of a literal, or a worker or file
 *     named by `new URL("./…", import.meta.url)`; type imports count like any other.
 * I2  A file's layer is its folder below src/, or its own name when it stands in src/ itself.
 *
 * Paths are relative to the project's root.
 */
import { posix } from "node:path";
import type { ProjectFile } from "./project-files.ts";
import { scanCode, type Token } from "./source-tokens.ts";

export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** `import type … from`: gone after compilation. */
  readonly isType: boolean;
}

export interface ImportGraph {
  readonly files: ReadonlyMap<string, readonly string[]>;
  /** The same without imports of types only: what one file needs of another to be loaded. */
  readonly loads: ReadonlyMap<string, readonly string[]>;
}

/** All import specifiers of a file, in order. */
export function importsOf(text: string): Import[] {
  const code = scanCode(text);
  const imports: Import[] = [];
  for (let i = 0; i < code.length; i++) {
    const token = code[i]!;
    if (token.kind !== "string" || !namesModule(code, i)) continue;
    const isType = isTypeImport(code, i);
    imports.push({ specifier: token.text.slice(1, -1), line: token.line, isType });
  }
  return imports;
}

/** True when the string at `index` is the module of an import, a re-export or a worker's URL. */
function namesModule(code: readonly Token[], index: number): boolean {
  const before = code[index - 1]?.text;
  const second = code[index - 2]?.text;
  if (before === "import") return true;
  if (before === "(") return second === "import" || (second === "URL" && isOwnUrl(code, index));
  return (
    before === "from" && (second === "}" || code[index - 2]?.kind === "word" || second === "*")
  );
}

function isOwnUrl(code: readonly Token[], index: number): boolean {
  const after = code.slice(index + 1, index + 7).map((token) => token.text);
  return after.join("") === ",import.meta.url)" || after.join("").startsWith(",import.meta.url");
}

/** True when the statement that ends with the module name at `index` begins with `import type`. */
function isTypeImport(code: readonly Token[], index: number): boolean {
  for (let i = index - 1; i >= 0; i--) {
    const { text } = code[i]!;
    if (text === ";") return false;
    if (text === "import" || text === "export") return code[i + 1]!.text === "type";
  }
  return false;
}

/** Layer of a file in src/: `src/heap/x.ts` -> heap, `src/main.ts` -> main. */
export function layerOf(path: string): string {
  const parts = path.split("/");
  return parts.length > 2 ? parts[1]! : (parts[1] ?? "").replace(/\.ts$/, "");
}

/** Path that a relative specifier in `from` names; null for packages. */
export function resolveImport(from: string, specifier: string): string | null {
  if (!specifier.startsWith(".")) return null;
  return posix.normalize(posix.join(posix.dirname(from), specifier));
}

/** Package of a bare specifier: `@fastify/compress/x` -> `@fastify/compress`; null for relative. */
export function packageOf(specifier: string): string | null {
  if (specifier.startsWith(".") || specifier.startsWith("node:")) return null;
  const parts = specifier.split("/");
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0]!;
}

/**
 * Imports that go against the table; `table[layer]` lists what the layer may import, `x:types` of
 * which it may import types only, and a path names a single file.
 */
export function layerFaults(
  files: readonly ProjectFile[],
  table: Readonly<Record<string, readonly string[]>>,
): string[] {
  const faults: string[] = [];
  for (const file of files) {
    const layer = layerOf(file.path);
    const allowed = table[layer];
    if (allowed === undefined) {
      faults.push(`${file.path}:1: layer "${layer}" is not in the table of test/tidy/rules.ts`);
      continue;
    }
    for (const { specifier, line, isType } of importsOf(file.text)) {
      const target = resolveImport(file.path, specifier);
      if (target === null) continue;
      const targetLayer = target.startsWith("src/") ? layerOf(target) : "outside src";
      if (targetLayer === layer || allowed.includes(targetLayer)) continue;
      if (isType && allowed.includes(`${targetLayer}:types`)) continue;
      if (allowed.includes(target)) continue;
      faults.push(`${file.path}:${line}: ${layer} may not import ${targetLayer} (${specifier})`);
    }
  }
  return faults;
}

/** Relative imports whose file is not there. */
export function missingImports(files: readonly ProjectFile[], exists: (p: string) => boolean) {
  return files.flatMap((file) =>
    importsOf(file.text).flatMap(({ specifier, line }) => {
      const target = resolveImport(file.path, specifier);
      if (target === null || exists(target)) return [];
      return [`${file.path}:${line}: ${specifier} does not exist`];
    }),
  );
}

/** Which file imports which, among `files`. */
export function importGraph(files: readonly ProjectFile[]): ImportGraph {
  const known = new Set(files.map((file) => file.path));
  const all = new Map<string, string[]>();
  const loads = new Map<string, string[]>();
  for (const file of files) {
    const imports = importsOf(file.text).flatMap(({ specifier, isType }) => {
      const target = resolveImport(file.path, specifier);
      return target !== null && known.has(target) ? [{ target, isType }] : [];
    });
    const loaded = imports.filter(({ isType }) => !isType);
    all.set(
      file.path,
      imports.map(({ target }) => target),
    );
    loads.set(
      file.path,
      loaded.map(({ target }) => target),
    );
  }
  return { files: all, loads };
}

/** Each cycle of files that load each other once, as `a -> b -> a`. Types may point back. */
export function importCycles(graph: ImportGraph): string[] {
  const cycles = new Set<string>();
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (path: string): void => {
    const start = trail.indexOf(path);
    if (start !== -1) cycles.add([...trail.slice(start), path].join(" -> "));
    if (start !== -1 || done.has(path)) return;
    trail.push(path);
    for (const target of graph.loads.get(path) ?? []) visit(target);
    trail.pop();
    done.add(path);
  };
  for (const path of graph.loads.keys()) visit(path);
  return [...cycles];
}

/** Files that no entry point reaches. */
export function unreachedFiles(graph: ImportGraph, entries: readonly string[]): string[] {
  const reached = new Set<string>();
  const queue = entries.filter((entry) => graph.files.has(entry));
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    queue.push(...(graph.files.get(path) ?? []));
  }
  return [...graph.files.keys()].filter((path) => !reached.has(path)).sort();
}
