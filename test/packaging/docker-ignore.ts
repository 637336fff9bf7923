/**
 * What .dockerignore keeps out of the build, by Docker's rules: the last pattern that matches a
 * path, or a folder above it, decides; `!` lets it back in.
 */

/** Reads the patterns of a .dockerignore. */
export function ignorePatterns(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim().replace(/^(!?)\/?(.*?)\/?$/, "$1$2"))
    .filter((line) => line !== "" && !line.startsWith("#"));
}

function patternMatches(pattern: string, path: string): boolean {
  const source = pattern
    .split("/")
    .map((part) => {
      if (part === "**") return ".*";
      return part
        .replace(/[.+^${}()|[\]\\]/g, "\\$&")
        .replace(/\*/g, "[^/]*")
        .replace(/\?/g, "[^/]");
    })
    .join("/")
    .replace(/(^|\/)\.\*\//g, "$1(?:.*/)?");
  return new RegExp(`^${source}(?:/.*)?$`).test(path);
}

/** True when the path is left out of the build. */
export function isIgnored(path: string, patterns: readonly string[]): boolean {
  let ignored = false;
  for (const pattern of patterns) {
    const lets = pattern.startsWith("!");
    if (patternMatches(lets ? pattern.slice(1) : pattern, path)) ignored = !lets;
  }
  return ignored;
}
