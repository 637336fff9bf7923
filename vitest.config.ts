import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/peer/**", "node_modules/**"],
    setupFiles: ["test/property-seed.ts"],
    // One file at a time, as on two cores otherwise, leaves half of them idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // A machine may be busy: what is waited for comes, and says nothing of how soon.
    expect: { poll: { timeout: 60_000 } },
  },
});
