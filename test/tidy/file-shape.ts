/**
 * The shape of a source file: header, length, line width, function length, name; each fault as
 * `path:line: rule`.
 *
 * Units: a column is one character (code point); lines count from 1.
 */
import { functionSpans } from "./function-lengths.ts";
import type { ProjectFile } from "./project-files.ts";
import {
  DRAWER_NAMES,
  FILE_LINES_MAX,
  FUNCTION_LINES_MAX,
  LINE_COLUMNS_MAX,
  SWITCHED_OFF,
} from "./rules.ts";

const HEADER = /^\/\*\*\n \* \S[\s\S]*?\*\/\n/;
/** One line is a header only when it does not stand at a declaration. */
const SHORT_HEADER = /^\/\*\* [^\n]*\S \*\/\n(?=import |\n)/;

/** Files that do not open with a header comment of at least one sentence. */
export function headerFaults(files: readonly ProjectFile[]): string[] {
  const opening = (file: ProjectFile) => file.text.replace(/^#![^\n]*\n/, "");
  return files
    .filter((file) => !HEADER.test(opening(file)) && !SHORT_HEADER.test(opening(file)))
    .map((file) => `${file.path}:1: no header comment (/** … */) that says what the file is`);
}

/** Files that are too long. */
export function fileLengthFaults(files: readonly ProjectFile[]): string[] {
  return files
    .filter((file) => file.lines.length > FILE_LINES_MAX)
    .map((file) => `${file.path}:${file.lines.length}: more than ${FILE_LINES_MAX} lines`);
}

/** Lines that are too wide, or end in white space. */
export function lineFaults(files: readonly ProjectFile[]): string[] {
  return files.flatMap((file) =>
    file.lines.flatMap((line, i) => {
      const columns = [...line].length;
      if (columns <= LINE_COLUMNS_MAX) return [];
      return [`${file.path}:${i + 1}: ${columns} columns; at most ${LINE_COLUMNS_MAX}`];
    }),
  );
}

/** Functions that are too long. */
export function functionLengthFaults(files: readonly ProjectFile[]): string[] {
  return files.flatMap((file) =>
    functionSpans(file.text)
      .filter(({ lineCount }) => lineCount > FUNCTION_LINES_MAX)
      .map(
        ({ name, firstLine, lineCount }) =>
          `${file.path}:${firstLine}: function ${name} has ${lineCount} lines; ` +
          `at most ${FUNCTION_LINES_MAX}`,
      ),
  );
}

/** Names that say nothing, or are not written like-this.ts. */
export function nameFaults(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const drawer = path.split("/").find((part) => DRAWER_NAMES.has(part.split(".")[0]!));
    if (drawer !== undefined) return [`${path}:1: "${drawer}" is a drawer, not a name`];
    const file = path.split("/").at(-1)!;
    const isKebab = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z]+)*\.ts$/.test(file);
    return isKebab ? [] : [`${path}:1: file names are written-like-this.ts`];
  });
}

/** Tests that are switched off, or that leave the others out. */
export function switchedOffFaults(files: readonly ProjectFile[]): string[] {
  return files.flatMap((file) =>
    file.lines.flatMap((line, i) => {
      const found = SWITCHED_OFF.exec(line);
      return found === null ? [] : [`${file.path}:${i + 1}: ${found[0]} switches tests off`];
    }),
  );
}
