/**
 * A thread for long queries: what a query has captured goes there, the text of its result comes
 * back, and the thread that stores samples neither evaluates it nor collects what that leaves.
 *
 * I1  It is started by the first query that wants it, which goes on where it is until the thread is
 *     ready; it ends when nobody has wanted it for IDLE_MS, and its memory with it.
 * I2  When it ends by itself every job in it fails; the next query that wants it starts another.
 *
 * Threads need compiled files: from TypeScript there is none, and every query stays where it is.
 *
 * Units: …Ms milliseconds.
 */
import { Worker } from "node:worker_threads";
import { TsdbError } from "../../base/errors.ts";
import type { ResultFacts } from "../result/result-facts.ts";
import type { QueryJob, QueryNews, ThreadNews } from "./query-job.ts";

const IDLE_MS = 300_000;

const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf("."));
const THREAD = new URL("./query-worker.ts", import.meta.url);
THREAD.pathname = THREAD.pathname.replace(/\.ts$/, EXTENSION);

/** The result of a query that was evaluated elsewhere. */
export interface FinishedJob {
  /** UTF-8, joined the JSON of the result. */
  readonly pieces: readonly Uint8Array[];
  readonly facts: ResultFacts;
}

/** What a job is before a thread has taken it. */
export type SentJob = Omit<QueryJob, "id" | "canceled">;

/** Where a query can go on. */
export interface QueryPlace {
  /** Whether a query can go there now; if not, that is seen to, and it may be asked again. */
  isReady(): boolean;
  /**
   * Evaluates a job, whose `buffers` change their owner, until `signal` is aborted. Rejects with
   * the query's own TsdbError, or QUERY_EXECUTION when the thread failed.
   */
  run(job: SentJob, buffers: ArrayBuffer[], signal: AbortSignal): Promise<FinishedJob>;
}

interface Pending {
  readonly pieces: Uint8Array[];
  readonly resolve: (finished: FinishedJob) => void;
  readonly reject: (error: Error) => void;
}

export class QueryThread implements QueryPlace {
  private worker: Worker | null = null;
  private ready = false;
  private readonly pending = new Map<number, Pending>();
  private lastId = 0;
  private idle: NodeJS.Timeout | null = null;
  private readonly onFault: (text: string) => void;

  /** `onFault` is told why the thread ended by itself. */
  constructor(onFault: (text: string) => void) {
    this.onFault = onFault;
  }

  /** How many queries are in it. */
  get load(): number {
    return this.pending.size;
  }

  isReady(): boolean {
    if (EXTENSION === ".ts") return false;
    if (this.worker === null) this.start();
    return this.ready;
  }

  async run(job: SentJob, buffers: ArrayBuffer[], signal: AbortSignal): Promise<FinishedJob> {
    const id = ++this.lastId;
    const canceled = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const cancel = () => Atomics.store(canceled, 0, 1);
    signal.addEventListener("abort", cancel);
    this.keep();
    try {
      return await new Promise((resolve, reject) => {
        this.pending.set(id, { pieces: [], resolve, reject });
        this.worker!.postMessage({ ...job, id, canceled } satisfies QueryJob, buffers);
      });
    } finally {
      this.pending.delete(id);
      signal.removeEventListener("abort", cancel);
      if (this.pending.size === 0) this.endWhenIdle();
    }
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    const { worker } = this;
    if (worker === null) return;
    this.abandon("it was ended");
    await worker.terminate();
  }

  private start(): void {
    // Nothing that the process preloads belongs there.
    const worker = new Worker(THREAD, { execArgv: [] });
    worker.unref();
    worker.on("message", (news: QueryNews | ThreadNews) => this.hear(news));
    worker.on("error", (error) => this.fail(worker, String(error)));
    worker.on("exit", (code) => this.fail(worker, `it ended with code ${code}`));
    this.worker = worker;
  }

  private hear(news: QueryNews | ThreadNews): void {
    if (news.kind === "ready") {
      this.ready = true;
      this.endWhenIdle();
      return;
    }
    const pending = this.pending.get(news.id);
    if (pending === undefined) return;
    const { pieces } = pending;
    if (news.kind === "text") pieces.push(...news.pieces);
    else if (news.kind === "done") pending.resolve({ pieces, facts: news.facts });
    else pending.reject(faultOf(news));
  }

  /** The thread ended by itself. */
  private fail(worker: Worker, why: string): void {
    if (this.worker !== worker) return;
    this.onFault(why);
    this.abandon(why);
  }

  private abandon(why: string): void {
    this.keep();
    this.worker = null;
    this.ready = false;
    const text = `the thread of long queries failed: ${why}`;
    const pending = [...this.pending.values()];
    for (const { reject } of pending) reject(new TsdbError("QUERY_EXECUTION", text));
  }

  private endWhenIdle(): void {
    this.keep();
    this.idle = setTimeout(() => void this.close(), IDLE_MS);
    this.idle.unref();
  }

  private keep(): void {
    if (this.idle !== null) clearTimeout(this.idle);
    this.idle = null;
  }
}

function faultOf({ code, text }: QueryNews & { kind: "failed" }): Error {
  if (code !== null) return new TsdbError(code, text);
  return new Error(`in the thread of long queries: ${text}`);
}
