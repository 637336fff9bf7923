/** A thread that does one job of a drill: everything it is told is in its workerData. */
import { parentPort, workerData } from "node:worker_threads";
import { assert } from "../base/assert.ts";
import { systemClock } from "../base/clock.ts";
import { NodeDisk } from "../base/disk.ts";
import { type DrillJob, runJob } from "./drill-job.ts";

const port = parentPort;
assert(port !== null, "a drill's worker is started as a thread");
await runJob(workerData as DrillJob, new NodeDisk(), systemClock, (message) => {
  port.postMessage(message);
});
