/** The thread in which long queries are evaluated, several in turns. */
import { parentPort } from "node:worker_threads";
import { assert } from "../../base/assert.ts";
import { systemClock } from "../../base/clock.ts";
import { labelHashReady } from "../evaluate/label-hash.ts";
import { type QueryJob, type QueryNews, runQueryJob } from "./query-job.ts";

/** Said once, before any news. */
export const READY = "ready";

const port = parentPort;
assert(port !== null, "long queries are evaluated in a thread");
const tell = (news: QueryNews, buffers: ArrayBuffer[]) => port.postMessage(news, buffers);
port.on("message", (job: QueryJob) => void runQueryJob(job, systemClock, tell));
await labelHashReady;
port.postMessage(READY);
