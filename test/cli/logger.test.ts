import { describe, expect, it } from "vitest";
import { createLogger } from "../../src/cli/logger.ts";

function collector() {
  const lines: string[] = [];
  return { lines, stream: { write: (line: string) => void lines.push(line) } };
}

describe("the log", () => {
  it("is JSON lines when nobody looks", () => {
    const { lines, stream } = collector();
    const log = createLogger("info", "auto", false, stream);
    log.info({ port: 9201 }, "listening");
    log.debug({}, "not shown");
    log.error({ error: new Error("broken") }, "failed");
    expect(lines.length).toBe(2);
    expect(JSON.parse(lines[0] as string)).toMatchObject({
      level: "info",
      port: 9201,
      msg: "listening",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
    expect(JSON.parse(lines[1] as string)).toMatchObject({
      level: "error",
      error: { message: "broken", stack: expect.stringContaining("logger.test") },
    });
  });

  it("is readable on a terminal, or when asked for", () => {
    for (const [format, isTerminal] of [
      ["auto", true],
      ["pretty", false],
    ] as const) {
      const { lines, stream } = collector();
      createLogger("info", format, isTerminal, stream).info({ port: 9201 }, "listening");
      const text = lines.join("");
      expect(text).toContain("listening");
      expect(text).toMatch(/port.*9201/);
      expect(text).not.toContain('"msg"');
    }
  });
});
