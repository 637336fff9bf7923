import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { returnMemory } from "../../src/base/memory-return.ts";

describe("memory that is given back", () => {
  it("leaves views that are empty", () => {
    const part = new Uint8Array(65_536).fill(1);
    returnMemory(part);
    expect(part.length).toBe(0);
    expect(part.buffer.byteLength).toBe(0);
  });

  it("stays when others may share the buffer", () => {
    const buffer = new ArrayBuffer(64);
    const shared = new Uint8Array(new SharedArrayBuffer(32));
    for (const part of [new Uint8Array(buffer, 0, 32), new Uint8Array(buffer, 32, 32), shared]) {
      part.fill(7);
      returnMemory(part);
      expect(part).toEqual(new Uint8Array(32).fill(7));
    }
  });

  it("may be of any number of buffers, the empty one too", () => {
    for (let i = 0; i < 1000; i++) returnMemory(new Uint8Array(i));
    returnMemory(Buffer.alloc(0));
  });

  it("does not keep the process alive", () => {
    const path = new URL("../../src/base/memory-return.ts", import.meta.url).href;
    const code = `const { returnMemory } = await import(${JSON.stringify(path)});
      returnMemory(new Uint8Array(8));`;
    const options = ["--import", "tsx", "--input-type=module", "--eval", code];
    const { status } = spawnSync(process.execPath, options, { timeout: 20_000 });
    expect(status).toBe(0);
  });
});
