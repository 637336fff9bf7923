/**
 * A heap as those see it that only read it: figures, checks, the span map.
 *
 * GoHeap is one; the interface keeps its readers from importing it. Units: bytes, counts.
 */
import type { SpanRef } from "../base/units.ts";
import type { GoRules } from "./go-rules.ts";
import type { HeapMemory } from "./heap-memory.ts";
import type { Pacer } from "./pacer.ts";
import type { PageHeap } from "./pages.ts";
import type { Pauses } from "./pauses.ts";
import type { SpanStore } from "./span-store.ts";
import type { Sweeper } from "./sweeper.ts";

export interface HeapParts {
  readonly rules: GoRules;
  readonly memory: HeapMemory | null;
  readonly pages: PageHeap;
  readonly store: SpanStore;
  readonly pacer: Pacer;
  readonly sweeper: Sweeper;
  readonly pauses: Pauses;
  readonly inUseBytes: number;
  readonly liveBytes: number;
  readonly cycleCount: number;
  readonly lastCycleTimeMs: number;
  readonly isSweeping: boolean;
  /** The span from which the class is served now, or NO_SPAN. */
  cachedSpanOf(sizeClass: number): SpanRef;
  /** Allocations from the cached span of a class that its malloc counter lacks. */
  uncountedOf(sizeClass: number): number;
}
