/**
 * Real Go as a twin of the simulated heap: builds test/oracle and runs traces through it.
 *
 * The build goes to a folder of its own; Go's version decides which rules it must agree with.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type GoRules, rulesOfGoVersion } from "../../src/heap/go-rules.ts";
import { CLASS_COUNT, SLOT_BYTES } from "../../src/heap/size-classes.ts";

/** What one `stat` says, beyond the process before the trace. */
export interface GoReading {
  readonly line: number;
  readonly label: string;
  readonly heap_alloc: number;
  readonly heap_inuse: number;
  readonly heap_objects: number;
  readonly mallocs: number;
  readonly frees: number;
  readonly total_alloc: number;
}

export interface GoRun {
  readonly readings: readonly GoReading[];
  readonly version: string;
  readonly operations: number;
  readonly allocations: number;
  readonly nanoseconds: number;
}

/** Rules of the Go that is installed, or null when there is none that is known. */
export function installedGoRules(): GoRules | null {
  const { stdout, status } = spawnSync("go", ["env", "GOVERSION"], { encoding: "utf8" });
  const version = /^go(1\.\d+)/.exec(stdout ?? "")?.[1];
  if (status !== 0 || version === undefined) return null;
  try {
    return rulesOfGoVersion(version);
  } catch {
    return null;
  }
}

export class GoReplay {
  private readonly folder = mkdtempSync(join(tmpdir(), "spandrel-go-"));
  private readonly program = join(this.folder, "replay");
  private readonly classes: string;

  constructor(rules: GoRules) {
    const classes: string[] = [];
    for (let c = 2; c < CLASS_COUNT; c++) {
      const sizeClass = rules.classByEighth[SLOT_BYTES[c]! / 8];
      if (sizeClass === c) classes.push(`${SLOT_BYTES[c]}:${rules.slotCounts[c]}`);
    }
    if (rules.smallRequestMax < 32_768) classes.pop();
    this.classes = classes.join(",");
    execFileSync("go", ["build", "-o", this.program, "."], {
      cwd: resolve(import.meta.dirname, "../oracle"),
      env: { ...process.env, GOTOOLCHAIN: "local", GOFLAGS: "-mod=mod" },
    });
  }

  /** Runs a trace given as text. */
  run(trace: string): GoRun {
    const path = join(this.folder, "trace");
    writeFileSync(path, trace);
    const text = execFileSync(this.program, ["-classes", this.classes, path], {
      env: { ...process.env, GOGC: "off", GOMAXPROCS: "1" },
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    const lines = text.trimEnd().split("\n");
    const readings = lines.slice(0, -1).map((line) => JSON.parse(line) as GoReading);
    return { readings, ...(JSON.parse(lines.at(-1) ?? "{}") as Omit<GoRun, "readings">) };
  }

  /** Removes the program and its traces. */
  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
