import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { BodyParts } from "../../src/http/body-parts.ts";

describe("parts of a body that are given back", () => {
  it("are empty afterwards, and their memory is no longer held", () => {
    const part = new Uint8Array(65_536).fill(1);
    new BodyParts().giveBack(part);
    expect(part.length).toBe(0);
    expect(part.buffer.byteLength).toBe(0);
  });

  it("stay as they are when others may share their buffer", () => {
    const buffer = new ArrayBuffer(64);
    const shared = new Uint8Array(new SharedArrayBuffer(32));
    const parts = new BodyParts();
    for (const part of [new Uint8Array(buffer, 0, 32), new Uint8Array(buffer, 32, 32), shared]) {
      part.fill(7);
      parts.giveBack(part);
      expect(part).toEqual(new Uint8Array(32).fill(7));
    }
  });

  it("may be any number, the empty one too", () => {
    const parts = new BodyParts();
    for (let i = 0; i < 1000; i++) parts.giveBack(new Uint8Array(i));
    parts.giveBack(Buffer.alloc(0));
  });

  it("do not keep the process alive", () => {
    const path = new URL("../../src/http/body-parts.ts", import.meta.url).href;
    const code = `const { BodyParts } = await import(${JSON.stringify(path)});
      new BodyParts().giveBack(new Uint8Array(8));`;
    const options = ["--import", "tsx", "--input-type=module", "--eval", code];
    const { status } = spawnSync(process.execPath, options, { timeout: 20_000 });
    expect(status).toBe(0);
  });
});
