import { describe, expect, it } from "vitest";
import { turnToBegin } from "../../src/base/slices.ts";

describe("works that come in one turn of the event loop", () => {
  it("begin in turns of their own, in their order", async () => {
    let turn = 0;
    let isOver = false;
    const count = (): void => {
      turn++;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    const begun: [number, number][] = [];
    await Promise.all(
      [0, 1, 2, 3].map(async (work) => {
        await turnToBegin();
        begun.push([work, turn]);
      }),
    );
    isOver = true;
    expect(begun.map(([work]) => work)).toEqual([0, 1, 2, 3]);
    expect(begun[0]).toEqual([0, 0]);
    expect(new Set(begun.map(([, at]) => at)).size).toBe(4);
  });
});
