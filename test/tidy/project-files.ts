/**
 * The project's own files, as the style checks see them: everything in the folder except what
 * .gitignore names (installed packages, build output, data, caches) and Git's own.
 *
 * Paths are relative to the project's root, with forward slashes, sorted.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Absolute path of the project's root, without a slash at the end. */
export const PROJECT_ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

const SKIPPED_FOLDERS = new Set([
  ".git",
  ".cache",
  ".vite",
  "node_modules",
  "dist",
  "data",
  "coverage",
]);

/** One file with its text, split once. */
export interface ProjectFile {
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
}

/** Makes a ProjectFile from text; the checkers' own tests use it for planted faults. */
export function projectFile(path: string, text: string): ProjectFile {
  return { path, text, lines: text.replace(/\n$/, "").split("\n") };
}

/** Paths of all files below `folder` ("" = the root). */
export function projectPaths(folder = "", root = PROJECT_ROOT): string[] {
  const paths: string[] = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory() && !SKIPPED_FOLDERS.has(entry.name)) {
      paths.push(...projectPaths(path, root));
    } else if (entry.isFile() && !entry.name.endsWith(".log")) {
      paths.push(path);
    }
  }
  return paths.sort();
}

/** True when a file or folder of that name exists in the project. */
export function existsInProject(path: string): boolean {
  return statSync(join(PROJECT_ROOT, path), { throwIfNoEntry: false }) !== undefined;
}

/** Reads one file of the project. */
export function readProjectFile(path: string): ProjectFile {
  return projectFile(path, readFileSync(join(PROJECT_ROOT, path), "utf8"));
}

/** Reads every file whose path passes `wanted`; one that vanished meanwhile is left out. */
export function readProjectFiles(wanted: (path: string) => boolean): ProjectFile[] {
  return projectPaths().filter(wanted).filter(existsInProject).map(readProjectFile);
}
