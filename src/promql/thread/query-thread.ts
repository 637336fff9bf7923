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
import { type FinishedJob, type JobTerms, PendingJob } from "./pending-job.ts";
import type { QueryJob, QueryNews, ThreadNews } from "./query-job.ts";

const IDLE_MS = 300_000;

const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf("."));
const THREAD = new URL("./query-worker.ts", import.meta.url);
THREAD.pathname = THREAD.pathname.replace(/\.ts$/, EXTENSION);

/** What a job is before a thread has taken it. */
export type SentJob = Omit<QueryJob, "id" | "control">;

/** Where a query can go on. */
export interface QueryPlace {
  /** Whether a query can go there now; if not, that is seen to, and it may be asked again. */
  isReady(): boolean;
  /**
   * Evaluates a job. Rejects with the query's own TsdbError, or QUERY_EXECUTION when the thread
   * failed; so does the rest of the text.
   */
  run(job: SentJob, terms: JobTerms): Promise<FinishedJob>;
}

export class QueryThread implements QueryPlace {
  private worker: Worker | null = null;
  private ready = false;
  private readonly pending = new Map<number, PendingJob>();
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

  run(job: SentJob, terms: JobTerms): Promise<FinishedJob> {
    const id = ++this.lastId;
    const pending = new PendingJob(terms);
    this.keep();
    this.pending.set(id, pending);
    const { control } = pending;
    this.worker!.postMessage({ ...job, id, control } satisfies QueryJob, terms.buffers);
    return pending.finished;
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
    if (this.pending.get(news.id)?.hear(news)) this.remove(news.id);
  }

  private remove(id: number): void {
    this.pending.delete(id);
    if (this.pending.size === 0) this.endWhenIdle();
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
    this.pending.clear();
    for (const job of pending) job.fail(new TsdbError("QUERY_EXECUTION", text));
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
