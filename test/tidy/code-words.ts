/**
 * Words in the wrong place: clocks, chance, modules and left-over markers, each as
 * `path:line: rule`.
 */

import { importsOf } from "./imports.ts";
import type { ProjectFile } from "./project-files.ts";
import type { CodeWord, ModulePlace, TextWord } from "./rules.ts";
import { scanTokens } from "./source-tokens.ts";

function isAllowed(path: string, places: readonly string[]): boolean {
  return places.some((place) => (place.endsWith("/") ? path.startsWith(place) : path === place));
}

/** The code's lines with comments, strings, templates and regular expressions blanked out. */
export function codeLines(text: string): string[] {
  const parts: string[] = [];
  let at = 0;
  for (const token of scanTokens(text)) {
    const isCode = token.kind === "word" || token.kind === "number" || token.kind === "punct";
    parts.push(text.slice(at, token.from));
    parts.push(isCode ? token.text : token.text.replace(/[^\n]/g, " "));
    at = token.to;
  }
  return (parts.join("") + text.slice(at)).split("\n");
}

/** Uses of a code word outside its places. */
export function codeWordFaults(files: readonly ProjectFile[], words: readonly CodeWord[]) {
  const faults: string[] = [];
  for (const file of files) {
    const lines = codeLines(file.text);
    for (const { name, pattern, allowedIn } of words) {
      if (isAllowed(file.path, allowedIn)) continue;
      lines.forEach((line, i) => {
        if (!pattern.test(line)) return;
        faults.push(`${file.path}:${i + 1}: ${name} is for ${allowedIn.join(", ")} only`);
      });
    }
  }
  return faults;
}

/** Imports of a module outside its places. */
export function modulePlaceFaults(files: readonly ProjectFile[], places: readonly ModulePlace[]) {
  const faults: string[] = [];
  for (const file of files) {
    for (const { specifier, line } of importsOf(file.text)) {
      const place = places.find(({ module }) => module.test(specifier));
      if (place === undefined || isAllowed(file.path, place.allowedIn)) continue;
      faults.push(`${file.path}:${line}: "${specifier}" is for ${place.allowedIn.join(", ")} only`);
    }
  }
  return faults;
}

/** Words that may stand nowhere. */
export function textWordFaults(files: readonly ProjectFile[], words: readonly TextWord[]) {
  const faults: string[] = [];
  for (const file of files) {
    file.lines.forEach((line, i) => {
      for (const { pattern, instead } of words) {
        const found = pattern.exec(line);
        if (found !== null) faults.push(`${file.path}:${i + 1}: "${found[0]}": ${instead}`);
      }
    });
  }
  return faults;
}
