/** A snapshot kept as hex: format version 2 is still written and read as it was. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PlainStore } from "./plain-store.ts";
import { PATH, Setting } from "./snapshot-setting.ts";

const NAMES = [
  "snapshot-00000001-0000.chunks",
  "snapshot-00000001-0001.chunks",
  "snapshot-00000001.index",
  "snapshot-00000001.manifest",
];

/** The small store that the golden files hold. */
function goldenStore(version: number): PlainStore {
  const store = new PlainStore();
  const up = store.addSeries([
    ["__name__", "up"],
    ["instance", "host-1:9100"],
  ]);
  const load = store.addSeries([
    ["__name__", "node_load1"],
    ["instance", "host-1:9100"],
  ]);
  store.addChunk(up, 122_721, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), Uint8Array.of(0xaa, 0xbb));
  store.addChunk(load, 122_721, Uint8Array.of(9, 9, 9), new Uint8Array(9).fill(0xcc));
  store.addChunk(up, 122_722, new Uint8Array(16).fill(5), Uint8Array.of(0xdd));
  store.metadata.push({ name: "up", type: "gauge", help: "Läuft es?", unit: "" });
  if (version > 2) {
    const text = new TextEncoder().encode("\n\x0d\n\x08trace_id\x12\x01a");
    store.traces.push({ series: up, timeMs: 1_767_187_000_123, high: 0x3ff80000, low: 1, text });
  }
  store.journalPosition = () => 5_000_000_000;
  return store;
}

const golden = (name: string): Uint8Array =>
  new Uint8Array(
    Buffer.from(
      readFileSync(new URL(`golden/${name}.hex`, import.meta.url), "utf8").replaceAll("\n", ""),
      "hex",
    ),
  );

describe("format version 3", () => {
  it("is written byte for byte as it always was", async () => {
    const setting = new Setting();
    await setting.write(goldenStore(3));
    expect(await setting.names()).toEqual(NAMES);
    for (const name of NAMES) {
      const bytes = await setting.disk.readFile(`${PATH}/${name}`);
      expect(Buffer.from(bytes).toString("hex"), name).toBe(
        Buffer.from(golden(name)).toString("hex"),
      );
    }
  });

  it.each([
    [2, "version-2/"],
    [3, ""],
  ])("has a reader for files of version %s", async (version, folder) => {
    const setting = new Setting();
    await setting.disk.makeDirectory(PATH);
    for (const name of NAMES) {
      const bytes = golden(`${folder}${name}`);
      const file = await setting.disk.open(`${PATH}/${name}`, "create");
      await file.append(bytes, 0, bytes.length);
    }
    expect(await setting.restoredDump()).toEqual(goldenStore(version).dump());
  });
});
