/** Which packages only development needs, as package-lock.json says. */
import { readProjectFile } from "../tidy/project-files.ts";

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
}

/** Those of `names` that no package needs which the program runs with. */
export function developmentPackages(names: Readonly<Record<string, string>>): string[] {
  const text = readProjectFile("package-lock.json").text;
  const { packages } = JSON.parse(text) as Lock;
  return Object.keys(names).filter((name) => packages[`node_modules/${name}`]?.dev === true);
}
