/**
 * Restart bench: from the start of the process to its being ready, over a store that was stopped
 * and over one that was killed with a long journal.
 *
 * 100,000 series with 960 samples each; 4.5 million samples more are in the journal of the killed
 * one. The real program is started over a copy of the directory, ended by SIGTERM or SIGKILL, and
 * started again: that start counts. CPU is that of the whole process until it is ready, in the
 * kernel's ticks of 10 ms; the files are in the page cache. Several --programs take turns, so that
 * what else the machine does meets each of them alike.
 *
 *   npm run bench:restart
 *   npm run bench:restart -- --series 10000 --cycles 240 --results none
 *   npm run bench:restart -- --programs 'node dist/main.js,node ../other/dist/main.js'
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type RestartStores, restartStores } from "./restart-stores.ts";
import { appendResult, machine, median, printTable } from "./results.ts";
import { OWN_PROGRAM, serverCommand } from "./server-commands.ts";
import { type Restarted, startServer } from "./server-under-test.ts";

const { values: options } = parseArgs({
  options: {
    series: { type: "string", default: "100000" },
    cycles: { type: "string", default: "960" },
    runs: { type: "string", default: "3" },
    programs: { type: "string", default: OWN_PROGRAM },
    ends: { type: "string", default: "SIGTERM,SIGKILL" },
    fresh: { type: "boolean", default: false },
    results: {
      type: "string",
      default: fileURLToPath(new URL("results/restart.jsonl", import.meta.url)),
    },
  },
});

const DECIMALS = 2;

async function restartOnce(
  stores: RestartStores,
  program: string,
  signal: NodeJS.Signals,
): Promise<Restarted> {
  const { command, ready } = serverCommand("spandrel", program)!;
  const content = signal === "SIGTERM" ? stores.stopped : stores.killed;
  const server = await startServer(command, ready, content);
  try {
    return await server.restart(signal);
  } finally {
    await server.stop();
  }
}

function rowOf(program: string, signal: string, all: readonly Restarted[]) {
  const cpu = all.map((one) => one.cpuSeconds);
  const wall = all.map((one) => one.readySeconds);
  const shown = (seconds: number) => seconds.toFixed(DECIMALS);
  return {
    program,
    "ended by": signal,
    "CPU s, best": shown(Math.min(...cpu)),
    "CPU s, median": shown(median(cpu)),
    "ready s, best": shown(Math.min(...wall)),
    "ready s, median": shown(median(wall)),
    "stop s, median": shown(median(all.map((one) => one.stopSeconds))),
  };
}

const { series, cycles, runs } = options;
const stores = await restartStores(Number(series), Number(cycles), options.fresh);
const cases = options.ends.split(",").flatMap((end) =>
  options.programs.split(",").map((program) => ({
    program,
    signal: end as NodeJS.Signals,
    all: [] as Restarted[],
  })),
);
for (let run = 0; run < Number(runs); run++) {
  for (const { program, signal, all } of cases) {
    all.push(await restartOnce(stores, program, signal));
  }
}
const rows = cases.map(({ program, signal, all }) => rowOf(program, signal, all));
printTable(rows);
appendResult(options.results, { ...machine(), series, cycles, runs, rows });
