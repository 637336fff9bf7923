/**
 * Blocks are written in a thread of their own, so that sorting and indexing never hold up the
 * samples that come in; or in this thread, where threads cannot be had.
 *
 * Threads need compiled files: Node 20 starts no thread from TypeScript.
 */
import { Worker } from "node:worker_threads";
import { assert } from "../base/assert.ts";
import type { Disk } from "../base/disk.ts";
import { TsdbError } from "../base/errors.ts";
import {
  type BlockAnswer,
  type BlockOrder,
  type BlockSink,
  type OpenBlock,
  openBlockHere,
} from "./block-sink.ts";
import type { BlockSummary } from "./block-writer.ts";
import { buffersOf, type SeriesBatch } from "./series-batch.ts";

const WORKER = new URL("./block-worker.ts", import.meta.url);
const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf("."));
WORKER.pathname = WORKER.pathname.replace(/\.ts$/, EXTENSION);

/** A thread that obeys one order after the other. */
class BlockThread implements BlockSink {
  private readonly worker: Worker;
  private answer: ((answer: BlockAnswer) => void) | null = null;
  private failure: string | null = null;

  constructor(parent: string, ulid: string) {
    this.worker = new Worker(WORKER, { workerData: { parent, ulid } });
    this.worker.on("message", (answer: BlockAnswer) => this.answer?.(answer));
    this.worker.on("error", (error) => this.fail(`block writer: ${String(error)}`));
    this.worker.on("exit", (code) => this.fail(`block writer ended with code ${code}`));
  }

  async add(batch: SeriesBatch): Promise<void> {
    await this.order({ kind: "add", batch }, buffersOf(batch));
  }

  async finish(fromMs: number, endMs: number): Promise<BlockSummary> {
    const summary = await this.order({ kind: "finish", fromMs, endMs });
    assert(summary !== null, "a finished block has a summary");
    return summary;
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  /** Gives an order, and the buffers that go with it. */
  private async order(
    message: BlockOrder,
    buffers: ArrayBuffer[] = [],
  ): Promise<BlockSummary | null> {
    if (this.failure !== null) throw new TsdbError("DISK_FAILED", this.failure);
    const answer = await new Promise<BlockAnswer>((resolve) => {
      this.answer = resolve;
      this.worker.postMessage(message, buffers);
    });
    if (answer.kind === "failed") throw new TsdbError("DISK_FAILED", answer.text);
    return answer.summary;
  }

  private fail(text: string): void {
    this.failure ??= text;
    this.answer?.({ kind: "failed", text });
  }
}

/** A thread where it can be had. */
export function openBlockFor(disk: Disk): OpenBlock {
  if (EXTENSION === ".ts") return openBlockHere(disk);
  return async (parent, ulid) => new BlockThread(parent, ulid);
}
