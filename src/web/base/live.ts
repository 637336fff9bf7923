/**
 * The stream of events, read with fetch so that it can carry credentials; it reconnects by itself.
 *
 * I1  A stream that says nothing for SILENT_MS counts as broken.
 * I2  While the tab is hidden the stream is closed; it opens again when the tab is looked at.
 *
 * Units: …Ms milliseconds.
 */
import type { LiveHeap } from "../../http/api-types.ts";
import { request } from "./api.ts";

export type LiveState = "connecting" | "live" | "lost";

/** What the stream tells. */
export interface LiveListener {
  heap?(news: LiveHeap): void;
  drill?(progress: unknown): void;
  connection?(state: LiveState): void;
}

const SILENT_MS = 8000;
const RETRY_MS = [500, 1000, 2000, 4000, 8000];

export class LiveStream {
  private readonly listeners = new Set<LiveListener>();
  private abort: AbortController | null = null;
  private failures = 0;
  state: LiveState = "connecting";

  constructor() {
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.abort?.abort();
      else if (this.abort === null) void this.run();
    });
  }

  /** Adds a listener; the answer removes it. */
  listen(listener: LiveListener): () => void {
    this.listeners.add(listener);
    listener.connection?.(this.state);
    return () => this.listeners.delete(listener);
  }

  start(): void {
    if (this.abort === null && !document.hidden) void this.run();
  }

  private async run(): Promise<void> {
    while (!document.hidden) {
      this.abort = new AbortController();
      try {
        await this.read(this.abort);
      } catch {
        // Whatever ended it, it is tried again.
      }
      this.abort = null;
      if (document.hidden) return;
      this.tell(this.failures > 0 ? "lost" : "connecting");
      const waitMs = RETRY_MS[Math.min(this.failures++, RETRY_MS.length - 1)];
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }

  private async read(abort: AbortController): Promise<void> {
    const response = await request("/api/v1/live", { signal: abort.signal });
    if (!response.ok || response.body === null) throw new Error(`status ${response.status}`);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    let silence = setTimeout(() => abort.abort(), SILENT_MS);
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(silence);
        silence = setTimeout(() => abort.abort(), SILENT_MS);
        this.failures = 0;
        this.tell("live");
        const parts = (rest + value).split("\n\n");
        rest = parts.pop() ?? "";
        for (const part of parts) this.dispatch(part);
      }
    } finally {
      clearTimeout(silence);
    }
  }

  private dispatch(text: string): void {
    const name = /^event: (.*)$/m.exec(text)?.[1];
    const data = /^data: (.*)$/m.exec(text)?.[1];
    if (name === undefined || data === undefined) return;
    const parsed: unknown = JSON.parse(data);
    for (const listener of this.listeners) {
      if (name === "heap") listener.heap?.(parsed as LiveHeap);
      else if (name === "drill") listener.drill?.(parsed);
    }
  }

  private tell(state: LiveState): void {
    if (state === this.state) return;
    this.state = state;
    for (const listener of this.listeners) listener.connection?.(state);
  }
}
