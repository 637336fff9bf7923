/**
 * Tests against real neighbours (Prometheus, promtool, Go, npm): slower, one file at a time, and
 * they need those programs installed. `npx vitest run --config vitest.peer.config.ts`.
 */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/peer/**/*.peer.test.ts"],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    fileParallelism: false,
  },
});
