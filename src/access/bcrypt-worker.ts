/**
 * Comparing passwords beside the service: a hash of cost 10 takes 100 ms, during which no sample
 * would come in, so a thread of its own does it.
 *
 * I1  At most QUESTIONS_MAX wait; further ones are refused, so that wrong passwords cost one
 *     processor at most and no memory.
 *
 * Threads need compiled files: from TypeScript the comparison is done here, in slices.
 */
import { Worker } from "node:worker_threads";
import bcrypt from "bcryptjs";
import type { BcryptAnswer, BcryptQuestion } from "./bcrypt-thread.ts";

const QUESTIONS_MAX = 64;

const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf("."));
const THREAD = new URL("./bcrypt-thread.ts", import.meta.url);
THREAD.pathname = THREAD.pathname.replace(/\.ts$/, EXTENSION);

type Settle = (fits: boolean | Error) => void;

export class BcryptWorker {
  private worker: Worker | null = null;
  private readonly waiting = new Map<number, Settle>();
  private lastId = 0;

  /** Whether the password fits the hash; null when too many are being compared already. */
  compare(password: string, hash: string): Promise<boolean> | null {
    if (this.waiting.size >= QUESTIONS_MAX) return null;
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, (answer) => {
        this.waiting.delete(id);
        if (answer instanceof Error) reject(answer);
        else resolve(answer);
      });
      if (EXTENSION === ".ts") this.compareHere(id, password, hash);
      else this.thread().postMessage({ id, password, hash } satisfies BcryptQuestion);
    });
  }

  private compareHere(id: number, password: string, hash: string): void {
    bcrypt.compare(password, hash).then(
      (fits) => this.waiting.get(id)?.(fits),
      (error: Error) => this.waiting.get(id)?.(error),
    );
  }

  /** The thread; one that ended is replaced by the next question. */
  private thread(): Worker {
    if (this.worker) return this.worker;
    const worker = new Worker(THREAD);
    worker.unref();
    worker.on("message", ({ id, fits }: BcryptAnswer) => this.waiting.get(id)?.(fits));
    worker.on("error", (error) => this.abandon(worker, error));
    worker.on("exit", () => this.abandon(worker, new Error("the password thread ended")));
    this.worker = worker;
    return worker;
  }

  private abandon(worker: Worker, error: Error): void {
    if (this.worker !== worker) return;
    this.worker = null;
    for (const settle of [...this.waiting.values()]) settle(error);
  }
}
