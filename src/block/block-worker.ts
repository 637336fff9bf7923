/**
 * The thread that writes one block: orders come one at a time, each is answered.
 *
 * Linux gives every thread a priority of its own: this one leaves the processors to the thread that
 * serves, and to other programs, when they are wanted. Elsewhere a process has but one.
 */
import { getPriority, setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { assert } from "../base/assert.ts";
import { NodeDisk } from "../base/disk.ts";
import { type BlockAnswer, type BlockOrder, openBlockHere } from "./block-sink.ts";

/** Niceness: beside a thread at 0 it gets a tenth of a processor at least. */
const NICENESS = 10;

if (process.platform === "linux") setPriority(Math.max(getPriority(), NICENESS));

const port = parentPort;
assert(port !== null, "the block writer is a thread");
const { parent, ulid } = workerData as { readonly parent: string; readonly ulid: string };
const sink = openBlockHere(new NodeDisk())(parent, ulid);

async function obey(order: BlockOrder): Promise<BlockAnswer> {
  const block = await sink;
  if (order.kind === "finish") {
    return { kind: "done", summary: await block.finish(order.fromMs, order.endMs) };
  }
  await block.add(order.batch);
  return { kind: "done", summary: null };
}

port.on("message", (order: BlockOrder) => {
  obey(order).then(
    (answer) => port.postMessage(answer),
    (error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      port.postMessage({ kind: "failed", text } satisfies BlockAnswer);
    },
  );
});
