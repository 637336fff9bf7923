import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compileKernel, kernelText, MODULES } from "../../scripts/compile-kernel.ts";

describe("the kernel's WebAssembly", () => {
  it("is what its sources compile to", async () => {
    for (const module of MODULES) {
      const compiled = kernelText(module, await compileKernel(module));
      expect(compiled).toBe(readFileSync(module.target, "utf8"));
    }
  });
});
