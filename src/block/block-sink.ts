/**
 * Where the series of a block go: a thread of its own that writes it, so that sorting and indexing
 * never hold up the samples that come in; or this thread, where threads cannot be had.
 *
 * Threads need compiled files: Node 20 starts no thread from TypeScript.
 */
import { Worker } from "node:worker_threads";
import type { Disk } from "../base/disk.ts";
import { TsdbError } from "../base/errors.ts";
import { type BlockChunk, type BlockSummary, BlockWriter } from "./block-writer.ts";

/** A series on its way into a block: name, value, name, value … and its chunks by time. */
export interface OutgoingSeries {
  readonly labels: readonly string[];
  readonly chunks: readonly BlockChunk[];
}

/** A block that is being written. */
export interface BlockSink {
  /** Resolves when the series are taken in and more may come. TsdbError DISK_FAILED. */
  add(series: readonly OutgoingSeries[]): Promise<void>;
  /** Completes the block for [fromMs, endMs). TsdbError DISK_FAILED. */
  finish(fromMs: number, endMs: number): Promise<BlockSummary>;
  /** Gives the block up, or lets go of what wrote it. */
  close(): Promise<void>;
}

/** Begins a block named `ulid` below `parent`. */
export type OpenBlock = (parent: string, ulid: string) => Promise<BlockSink>;

/** What the writing thread is told, and what it answers. */
export type BlockOrder =
  | { readonly kind: "add"; readonly series: readonly OutgoingSeries[] }
  | { readonly kind: "finish"; readonly fromMs: number; readonly endMs: number };
export type BlockAnswer =
  | { readonly kind: "done"; readonly summary: BlockSummary | null }
  | { readonly kind: "failed"; readonly text: string };

const WORKER = new URL("./block-worker.ts", import.meta.url);
const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf("."));
WORKER.pathname = WORKER.pathname.replace(/\.ts$/, EXTENSION);

/** Writes in this thread, on a disk of the caller's. */
export function openBlockHere(disk: Disk): OpenBlock {
  return async (parent, ulid) => {
    const writer = await BlockWriter.begin(disk, parent, ulid);
    return {
      add: async (series) => {
        for (const { labels, chunks } of series) await writer.add(labels, chunks);
      },
      finish: (fromMs, endMs) => writer.finish(fromMs, endMs),
      close: async () => {},
    };
  };
}

/** Writes in a thread of its own, on the machine's disk. */
async function openBlockThread(parent: string, ulid: string): Promise<BlockSink> {
  const worker = new Worker(WORKER, { workerData: { parent, ulid } });
  const order = (message: BlockOrder): Promise<BlockSummary | null> => {
    return new Promise((resolve, reject) => {
      const settle = (answer: BlockAnswer | null, text: string) => {
        worker.removeAllListeners();
        if (answer?.kind === "done") resolve(answer.summary);
        else reject(new TsdbError("DISK_FAILED", answer?.text ?? text));
      };
      worker.once("message", (answer: BlockAnswer) => settle(answer, ""));
      worker.once("error", (error) => settle(null, `block writer: ${String(error)}`));
      worker.once("exit", (code) => settle(null, `block writer ended with code ${code}`));
      worker.postMessage(message);
    });
  };
  return {
    add: async (series) => {
      await order({ kind: "add", series });
    },
    finish: async (fromMs, endMs) => {
      const summary = await order({ kind: "finish", fromMs, endMs });
      if (summary === null) throw new TsdbError("DISK_FAILED", "the block was not finished");
      return summary;
    },
    close: async () => {
      worker.removeAllListeners();
      await worker.terminate();
    },
  };
}

/** A thread where it can be had. */
export function openBlockFor(disk: Disk): OpenBlock {
  return EXTENSION === ".ts" ? openBlockHere(disk) : openBlockThread;
}
