import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compileKernel, kernelText } from "../../scripts/compile-kernel.ts";

describe("the kernel's WebAssembly", () => {
  it("is what its sources compile to", async () => {
    const committed = new URL("../../src/kernel/kernel-code.ts", import.meta.url);
    expect(kernelText(await compileKernel())).toBe(readFileSync(committed, "utf8"));
  });
});
