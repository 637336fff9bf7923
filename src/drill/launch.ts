/**
 * How the jobs of a drill are done: each in a thread of its own, or all in this one.
 *
 * Threads need compiled files: Node 20 starts no thread from TypeScript.
 */
import { Worker } from "node:worker_threads";
import { type Clock, systemClock } from "../base/clock.ts";
import { type Disk, NodeDisk } from "../base/disk.ts";
import { type DrillJob, type DrillMessage, runJob } from "./drill-job.ts";

/** A job under way. */
export interface LaunchedJob {
  /** Resolves when the job is done, rejects with what went wrong. */
  readonly done: Promise<void>;
  /** Ends it at once. */
  stop(): Promise<void>;
}

/** Starts a job and hands on what it tells. */
export type Launch = (job: DrillJob, tell: (message: DrillMessage) => void) => LaunchedJob;

const WORKER = new URL("./drill-worker.ts", import.meta.url);
const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf("."));
WORKER.pathname = WORKER.pathname.replace(/\.ts$/, EXTENSION);

/** Starts a job in a new thread, on the machine's disk. */
function launchThread(job: DrillJob, tell: (message: DrillMessage) => void): LaunchedJob {
  const worker = new Worker(WORKER, { workerData: job });
  const done = new Promise<void>((resolve, reject) => {
    worker.on("message", tell);
    worker.on("error", reject);
    worker.on("exit", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`a thread of the drill ended with code ${code}`));
    });
  });
  return {
    done,
    stop: async () => {
      await worker.terminate();
    },
  };
}

/** Does jobs in this thread, on a disk of the caller's. */
export function launchHere(disk: Disk, wallClock: Clock): Launch {
  return (job, tell) => ({
    done: runJob(job, disk, wallClock, tell),
    stop: () => Promise.resolve(),
  });
}

/** Threads where they can be had. */
export const launch: Launch =
  EXTENSION === ".ts" ? launchHere(new NodeDisk(), systemClock) : launchThread;
