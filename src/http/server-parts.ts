/**
 * What the HTTP layer is built from: everything comes in from outside, so that the tests can drive
 * every route with fakes.
 *
 * Units: …Ms milliseconds, …Bytes bytes.
 */
import type { AccessFile } from "../access/access-file.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { EngineReading } from "../engine/engine-reading.ts";
import type { HeapRecorder } from "../engine/heap-recorder.ts";
import type { HeapService } from "../engine/heap-service.ts";
import type { Service } from "../engine/service.ts";
import type { RequestCounts } from "../observe/request-counts.ts";
import type { DrillPort } from "./drill-port.ts";
import type { QueryPort } from "./query-port.ts";

/** Limits and switches of the HTTP layer. */
export interface HttpSettings {
  readonly enableAdminApi: boolean;
  readonly enableLifecycle: boolean;
  readonly enableOtlpReceiver: boolean;
  /** Resource attributes that become labels; "*" is all of them. */
  readonly otlpPromotedAttributes: readonly string[];
  readonly writeBodyBytesMax: number;
  readonly writeDecodedBytesMax: number;
  /** Bytes of write bodies held at once. */
  readonly writePendingBytesMax: number;
  /** Write requests that one client may have under way, and samples a second; 0 = no limit. */
  readonly clientRequestsMax: number;
  readonly clientSamplesPerSecond: number;
  /** Longest text of a query or selector. */
  readonly queryBytesMax: number;
  readonly queryTimeoutMs: number;
  readonly queryConcurrencyMax: number;
  readonly queryLookbackMs: number;
  /** Labels that every series gets when another server reads it. */
  readonly externalLabels: Readonly<Record<string, string>>;
  readonly remoteReadConcurrencyMax: number;
  readonly remoteReadSamplesMax: number;
  readonly remoteReadFrameBytesMax: number;
}

/** What the service says about itself on the status routes. */
export interface About {
  readonly version: string;
  readonly revision: string;
  /** Go version that the simulated heap follows, "1.26". */
  readonly goVersion: string;
  readonly startTimeMs: number;
  readonly hostName: string;
  readonly workingDirectory: string;
  /** GOGC as text, "100" or "off". */
  readonly gogc: string;
  readonly heapLimitBytes: number;
  /** How far back samples are kept. */
  readonly retentionMs: number;
  /** Every flag with its value as text. */
  readonly flags: Readonly<Record<string, string>>;
}

/** Everything that the routes use. */
export interface ServerParts {
  readonly service: Service;
  readonly heap: HeapService;
  readonly recorder: HeapRecorder;
  readonly drill: DrillPort;
  /** Where the built page lies; null when it is not served. */
  readonly pageDirectory: string | null;
  readonly queries: QueryPort;
  readonly counts: RequestCounts;
  readonly renderMetrics: () => Promise<string>;
  readonly readEngine: () => EngineReading;
  readonly settings: HttpSettings;
  readonly about: About;
  readonly clock: Clock;
  readonly log: Log;
  /** Who may do what, and TLS. */
  readonly access: AccessFile;
  /** Asks the process to end in order. */
  readonly quit: () => void;
  /** Called with an error that is a bug and may have left the store half changed. */
  readonly onBug: (error: unknown) => void;
}
