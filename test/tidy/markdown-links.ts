/**
 * Links of the documents: relative ones must lead to a file of the project, and an anchor to a
 * heading of it. File paths in back quotes must exist too.
 *
 * Fenced code is left out. Links with a scheme (https:, mailto:) are not followed.
 */
import { posix } from "node:path";
import type { ProjectFile } from "./project-files.ts";

export interface Link {
  readonly target: string;
  readonly line: number;
}

const LINK = /\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)|(?:src|href)="([^"]+)"/g;
const DEFINITION = /^\s{0,3}\[[^\]]+\]:\s+<?(\S+?)>?(?:\s|$)/;
const QUOTED_PATH = /`((?:src|test|bench|docs|compose|grafana|proto|\.ci)\/[\w./-]+)`/g;

/** Lines outside fenced code; lines inside are blank. */
function proseLines(file: ProjectFile): string[] {
  let fence: string | null = null;
  return file.lines.map((line) => {
    const mark = /^\s*(```+|~~~+)/.exec(line)?.[1];
    if (mark === undefined) return fence === null ? line : "";
    if (fence === null) fence = mark;
    else if (mark.startsWith(fence)) fence = null;
    return "";
  });
}

/** Links of one document. */
export function linksOf(file: ProjectFile): Link[] {
  return proseLines(file).flatMap((line, i) => {
    const plain = line.replace(/`[^`]*`/g, "");
    const targets = [...plain.matchAll(LINK)].map((match) => match[1] ?? match[2]!);
    const definition = DEFINITION.exec(plain)?.[1];
    if (definition !== undefined) targets.push(definition);
    return targets.map((target) => ({ target, line: i + 1 }));
  });
}

/** Anchors that the headings of a document make, as GitHub writes them. */
export function anchorsOf(file: ProjectFile): Set<string> {
  const anchors = new Set<string>();
  for (const line of proseLines(file)) {
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
    if (heading === undefined) continue;
    const base = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-");
    let anchor = base;
    for (let n = 1; anchors.has(anchor); n++) anchor = `${base}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** Links that lead nowhere. */
export function linkFaults(
  documents: readonly ProjectFile[],
  exists: (path: string) => boolean,
): string[] {
  const byPath = new Map(documents.map((file) => [file.path, file]));
  return documents.flatMap((file) =>
    linksOf(file).flatMap(({ target, line }) => {
      if (/^[a-z][a-z+.-]*:/i.test(target)) return [];
      const [path = "", anchor] = target.split("#");
      const folder = posix.dirname(file.path);
      const full = path === "" ? file.path : posix.normalize(posix.join(folder, path));
      if (!exists(full)) return [`${file.path}:${line}: link to ${target} leads nowhere`];
      const document = byPath.get(full);
      if (!anchor || document === undefined || anchorsOf(document).has(anchor)) return [];
      return [`${file.path}:${line}: ${full} has no heading for #${anchor}`];
    }),
  );
}

/** Paths in back quotes that name no file or folder. */
export function quotedPathFaults(
  documents: readonly ProjectFile[],
  exists: (path: string) => boolean,
): string[] {
  return documents.flatMap((file) =>
    proseLines(file).flatMap((line, i) =>
      [...line.matchAll(QUOTED_PATH)]
        .map((match) => match[1]!)
        .filter((path) => !exists(path.replace(/\/$/, "")))
        .map((path) => `${file.path}:${i + 1}: \`${path}\` does not exist`),
    ),
  );
}

/** Decisions (NNNN-title.md) in `folder` that its README does not link, or numbers used twice. */
export function decisionFaults(documents: readonly ProjectFile[], folder: string): string[] {
  const overview = documents.find((file) => file.path === `${folder}/README.md`);
  const listed = new Set(
    overview === undefined ? [] : linksOf(overview).map((link) => link.target),
  );
  const numbers = new Set<string>();
  return documents.flatMap(({ path }) => {
    const name = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : "README.md";
    if (name === "README.md") return [];
    const number = /^(\d{4})-[a-z0-9-]+\.md$/.exec(name)?.[1];
    if (number === undefined) return [`${path}:1: a decision is named NNNN-title.md`];
    const isTwice = numbers.has(number);
    numbers.add(number);
    if (isTwice) return [`${path}:1: number ${number} is taken`];
    return listed.has(name) ? [] : [`${path}:1: not listed in ${folder}/README.md`];
  });
}
