/** A store over a kernel of some kind with its journal records, and all that its chunks are. */
import { NO_CHUNK } from "../../src/chunk/chunk-table.ts";
import type { Store, StoreSettings } from "../../src/engine/store.ts";
import { WriteLog } from "../../src/engine/write-log.ts";
import type { JournalWriter } from "../../src/journal/journal-writer.ts";
import type { RecordBuilder } from "../../src/journal/record-builder.ts";
import { Kernel, type KernelFunctions, type SharedMemory } from "../../src/kernel/kernel.ts";
import { START_MS, storeAt } from "../engine/store-fixtures.ts";

/** A store over a kernel, and the journal records of what it stored. */
export function target(
  functionsOf: (memory: SharedMemory) => KernelFunctions,
  settings: Partial<StoreSettings>,
) {
  const { clock, store } = storeAt(START_MS, settings, new Kernel(functionsOf));
  const records: string[] = [];
  const writer = {
    failure: null,
    append(record: RecordBuilder) {
      const bytes = new Uint8Array(record.size);
      record.writeTo(bytes, new DataView(bytes.buffer), 0, 0);
      records.push(Buffer.from(bytes).toString("latin1"));
    },
  } as unknown as JournalWriter;
  const log = new WriteLog(writer, store.head.index, 0);
  store.ingest.journal = log;
  return { clock, store, log, records };
}

/** Everything that the chunks of a store are. */
export function contents(store: Store): string[] {
  const all: string[] = [];
  const { chunks } = store;
  for (const window of store.head.windows.numbers()) {
    let chunk = store.head.windows.firstOf(window);
    for (; chunk !== NO_CHUNK; chunk = chunks.nextInWindow(chunk)) {
      const from = chunks.offsetOf(chunk);
      const slice = chunks.bytesOf(chunk).subarray(from, from + chunks.capacityOf(chunk));
      const state = [
        ...[window, chunk, chunks.seriesOf(chunk), chunks.addressOf(chunk)],
        ...[chunks.capacityOf(chunk), chunks.bitLengthOf(chunk), chunks.sampleCountOf(chunk)],
        ...[chunks.firstTimeOf(chunk), chunks.lastTimeOf(chunk), chunks.previousTimeOf(chunk)],
        ...[chunks.lastValueHighOf(chunk), chunks.lastValueLowOf(chunk)],
        ...[chunks.windowStateOf(chunk), chunks.openByteOf(chunk), chunks.wasteStateOf(chunk)],
      ];
      all.push(`${state.join(" ")} ${Buffer.from(slice).toString("latin1")}`);
    }
  }
  return all;
}

export type Target = ReturnType<typeof target>;
