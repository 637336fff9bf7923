/**
 * The thread in which long queries are evaluated, several in turns.
 *
 * Linux gives every thread a priority of its own: where processors are short, this one leaves them
 * to the thread that stores samples. Elsewhere a process has but one.
 */
import { getPriority, setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { assert } from "../../base/assert.ts";
import { systemClock } from "../../base/clock.ts";
import { labelHashReady } from "../evaluate/label-hash.ts";
import { type QueryJob, type QueryNews, runQueryJob, type ThreadNews } from "./query-job.ts";

/** Niceness: beside a thread at 0 it gets a quarter of a processor. */
const NICENESS = 5;

if (process.platform === "linux") setPriority(Math.max(getPriority(), NICENESS));

const port = parentPort;
assert(port !== null, "long queries are evaluated in a thread");
const tell = (news: QueryNews, buffers: ArrayBuffer[]) => port.postMessage(news, buffers);
port.on("message", (job: QueryJob) => void runQueryJob(job, systemClock, tell));
await labelHashReady;
port.postMessage({ kind: "ready" } satisfies ThreadNews);
