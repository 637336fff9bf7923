/**
 * The house rules that a machine can check, as data. CONTRIBUTING.md says them in words.
 *
 * Words that must not occur are written in two halves, so that this file passes its own check.
 */

/**
 * Which layer may import which; its own folder goes without saying. Absent = forbidden; `x:types`
 * = types only; a path = that file only.
 */
const CORE = ["chunk", "heap", "kernel", "base"];
const ENGINE = ["block", "journal", "promql", "wire", "series", ...CORE];
/** What the interfaces of engine and promql are made of: whoever uses those needs these. */
const VOCABULARY = [
  ...["src/chunk/sample-columns.ts", "src/chunk/histogram-columns.ts"],
  ...["src/series/labels.ts", "src/series/matcher.ts"],
];
export const LAYERS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  kernel: ["base"],
  heap: ["base"],
  chunk: ["heap", "kernel", "base"],
  series: CORE,
  wire: ["kernel", "base", "src/chunk/histogram-columns.ts"],
  config: ["base"],
  access: ["base"],
  block: ["series:types", "src/series/labels.ts", "base"],
  otlp: ["wire", "base", "src/chunk/histogram-columns.ts"],
  import: ["config", "block", "wire", "series", ...CORE],
  promql: ["series", "chunk", "base"],
  journal: ["series", ...CORE],
  engine: ENGINE,
  observe: ["engine", "heap", "base"],
  http: [
    ...["access", "observe", "engine", "promql", "otlp", "wire", "base", "series:types"],
    ...VOCABULARY,
  ],
  cli: ["config", "base"],
  drill: ["config", "engine", "observe", ...ENGINE],
  healthcheck: ["access", "config", "base"],
  web: ["http:types"],
  program: ["access", "cli", "import", "config", "http", "observe", "drill", "engine", ...ENGINE],
  start: ["base"],
  main: ["start", "program"],
};

/** Where something outside src/ starts: service, probe, a compiler, the page and its build. */
export const ENTRY_POINTS = [
  ...["src/main.ts", "src/healthcheck.ts", "src/kernel/code/kernel.ts"],
  ...["src/start/vite.config.ts", "src/start/write-cache.ts"],
  "src/kernel/checksum/fold.ts",
  ...["src/kernel/decode/decode-kernel.ts", "src/kernel/decode/assembly.d.ts"],
  ...["src/web/main.ts", "src/web/vite.config.ts"],
];

/** Files that only tests and simulations build on: another of something that the service has. */
export const SIMULATION_FILES = ["src/base/memory-disk.ts"];

/** A word of code (comments and strings do not count) and the only places it may stand in. */
export interface CodeWord {
  readonly name: string;
  readonly pattern: RegExp;
  readonly allowedIn: readonly string[];
}

const CLOCK = ["src/base/clock.ts", "src/web/base/page-clock.ts"];
export const CODE_WORDS: readonly CodeWord[] = [
  { name: "Date.now", pattern: /\bDate\s*\.\s*now\b/, allowedIn: CLOCK },
  { name: "new Date()", pattern: /\bnew\s+Date\s*(?:\(\s*\)|(?!\s*\())/, allowedIn: CLOCK },
  { name: "performance.now", pattern: /\bperformance\s*\.\s*now\b/, allowedIn: CLOCK },
  { name: "process.hrtime", pattern: /\bprocess\s*\.\s*hrtime\b/, allowedIn: CLOCK },
  { name: "Math.random", pattern: /\bMath\s*\.\s*random\b/, allowedIn: ["src/base/prng.ts"] },
];

/** A module and the only places that may import it. */
export interface ModulePlace {
  readonly module: RegExp;
  readonly allowedIn: readonly string[];
}

export const MODULE_PLACES: readonly ModulePlace[] = [
  {
    module: /^(?:node:)?fs(?:\/promises)?$/,
    allowedIn: ["src/base/disk.ts", "src/start/bundled-program.ts"],
  },
  { module: /^(?:fastify$|@fastify\/)/, allowedIn: ["src/http/"] },
  {
    module: /^(?:prom-client|pprof-format)(?:\/|$)/,
    allowedIn: ["src/observe/", "src/observe.ts"],
  },
  { module: /^(?:bcryptjs|yaml)$/, allowedIn: ["src/access/"] },
  {
    module: /^node:crypto$/,
    allowedIn: ["src/access/", "src/base/", "src/http/", "src/program.ts"],
  },
];

/** Words that may stand nowhere in the project's own text, with what to do instead. */
export interface TextWord {
  readonly pattern: RegExp;
  readonly instead: string;
}

const halves = (...pairs: string[]): string => pairs.join("");
const MARKERS = [halves("TO", "DO"), halves("FIX", "ME"), halves("X", "XX"), halves("HA", "CK")];
export const TEXT_WORDS: readonly TextWord[] = [
  { pattern: new RegExp(`\\b(?:${MARKERS.join("|")})\\b`), instead: "finish it, or open an issue" },
  {
    pattern: new RegExp(
      `\\b(?:${halves("this ", "session")}|${halves("sub", "-?agents?")}|` +
        `${halves("the ", "CEO")}|${halves("before", "-stop")})\\b`,
      "i",
    ),
    instead: "the project speaks of itself alone",
  },
  {
    pattern: new RegExp(
      `${halves("/wo", "rk/")}|${halves("/bash_", "jobs")}|${halves("/ro", "ot/")}`,
    ),
    instead: "no path of one machine",
  },
];

/** Words of test code that switch tests off or leave the others out. */
export const SWITCHED_OFF = /\b(?:it|test|describe)\s*\.\s*(?:only|skip|todo)\s*\(/;

export const FILE_LINES_MAX = 500;
export const FUNCTION_LINES_MAX = 70;
export const LINE_COLUMNS_MAX = 100;

/** File names that say nothing of what is inside. */
export const DRAWER_NAMES = new Set([
  ...["common", "helper", "helpers", "index", "lib", "misc", "shared", "stuff", "tools"],
  ...["util", "utils", "utilities"],
]);
