/**
 * The Dockerfile as steps, for the tests that read it and the one that carries it out.
 *
 * I1  Steps are in order; each belongs to the stage of the FROM before it.
 * I2  `flags` holds the leading `--name=value` words; `text` is what follows them, one line.
 */

export interface Step {
  readonly keyword: string;
  readonly flags: Readonly<Record<string, string>>;
  readonly text: string;
  readonly line: number;
}

export interface Stage {
  readonly image: string;
  /** Name after AS, or the stage's number. */
  readonly name: string;
  readonly steps: readonly Step[];
}

/** Lines joined at their backslashes, comments and blank lines left out. */
function logicalLines(text: string): { text: string; line: number }[] {
  const joined: { text: string; line: number }[] = [];
  let open = false;
  text.split("\n").forEach((line, i) => {
    if (/^\s*(?:#|$)/.test(line)) return;
    const body = line.replace(/\\\s*$/, "").trim();
    const last = joined.at(-1);
    if (open && last !== undefined) last.text += ` ${body}`;
    else joined.push({ text: body, line: i + 1 });
    open = /\\\s*$/.test(line);
  });
  return joined;
}

function parseStep({ text, line }: { text: string; line: number }): Step {
  const [, keyword = "", rest = ""] = /^(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
  const flags: Record<string, string> = {};
  let body = rest;
  for (;;) {
    const flag = /^--([a-z-]+)(?:=(\S*))?\s+/.exec(body);
    if (flag === null) return { keyword: keyword.toUpperCase(), flags, text: body, line };
    flags[flag[1]!] = flag[2] ?? "";
    body = body.slice(flag[0].length);
  }
}

/** Splits a Dockerfile into stages. */
export function parseDockerfile(text: string): Stage[] {
  const stages: { image: string; name: string; steps: Step[] }[] = [];
  for (const step of logicalLines(text).map(parseStep)) {
    if (step.keyword === "FROM") {
      const [image = "", , name] = step.text.split(/\s+/);
      stages.push({ image, name: name ?? String(stages.length), steps: [] });
    } else {
      stages.at(-1)?.steps.push(step);
    }
  }
  return stages;
}

/** The last step of a keyword in a stage; later ones replace earlier ones, as in Docker. */
export function lastStep(stage: Stage, keyword: string): Step {
  const step = stage.steps.findLast((candidate) => candidate.keyword === keyword);
  if (step === undefined) throw new Error(`stage ${stage.name} has no ${keyword}`);
  return step;
}

/** Words of an exec form: `["node", "a.js"]`, also after HEALTHCHECK's CMD. */
export function execForm(step: Step): string[] {
  return JSON.parse(step.text.replace(/^CMD\s+/, "")) as string[];
}

/** Variables of a stage's ENV steps. */
export function environmentOf(stage: Stage): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const { keyword, text } of stage.steps) {
    if (keyword !== "ENV") continue;
    for (const [, name, quoted, plain] of text.matchAll(/(\w+)=(?:"([^"]*)"|(\S*))/g)) {
      variables[name!] = quoted ?? plain ?? "";
    }
  }
  return variables;
}

/** Sources and destination of a COPY. */
export function copyOf(step: Step): { sources: string[]; destination: string } {
  const words = step.text.split(/\s+/);
  return { sources: words.slice(0, -1), destination: words.at(-1)! };
}
