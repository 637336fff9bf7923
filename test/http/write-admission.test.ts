import { describe, expect, it } from "vitest";
import { TokenBucket } from "../../src/access/token-bucket.ts";
import { ManualClock } from "../../src/base/clock.ts";
import { WriteAdmission } from "../../src/http/write-admission.ts";
import { WriteTurns } from "../../src/http/write-turns.ts";

function admission(clientRequestsMax: number, clientSamplesPerSecond: number) {
  const clock = new ManualClock(1000);
  const limits = { clientRequestsMax, clientSamplesPerSecond };
  return { clock, admission: new WriteAdmission(limits, clock) };
}

describe("a token bucket", () => {
  it("allows the burst, then what time brings, and never saves up more than the burst", () => {
    const bucket = new TokenBucket(10, 20, 0);
    bucket.spend(20);
    expect(bucket.isFull(1999)).toBe(false);
    expect(bucket.waitMs(0, 5)).toBe(500);
    expect(bucket.waitMs(500, 5)).toBe(0);
    expect(bucket.isFull(2000)).toBe(true);
    expect(bucket.waitMs(1e6)).toBe(0);
    bucket.spend(120);
    expect(bucket.waitMs(1e6)).toBe(10_100);
    expect(bucket.waitMs(1e6 - 5000)).toBe(10_100);
  });
});

describe("the limits of a client", () => {
  it("are counted for each client alone", () => {
    const { admission: door } = admission(2, 0);
    expect([door.enter("a"), door.enter("a"), door.enter("b")]).toEqual([null, null, null]);
    expect(door.enter("a")).toMatchObject({ reason: "client_requests", retryAfterSeconds: 1 });
    expect(door.enter("a")?.text).toContain("a has 2 write requests under way; the limit is 2");
    door.leave("a");
    expect(door.enter("a")).toBeNull();
  });

  it("let a client send ten seconds' worth of samples at once, and say how long to wait", () => {
    const { admission: door, clock } = admission(0, 100);
    expect(door.enter("a")).toBeNull();
    door.spend("a", 1500);
    door.leave("a");
    expect(door.enter("a")).toMatchObject({ reason: "client_samples", retryAfterSeconds: 6 });
    expect(door.enter("b")).toBeNull();
    clock.advance(5010);
    expect(door.enter("a")).toBeNull();
  });

  it("forget clients that owe nothing and have nothing under way", () => {
    const { admission: door, clock } = admission(5, 100);
    for (let i = 0; i < 2000; i++) {
      expect(door.enter(`client-${i}`)).toBeNull();
      door.spend(`client-${i}`, 10);
      door.leave(`client-${i}`);
      clock.advance(1);
    }
    expect(door.clientCount).toBeLessThan(1100);
    clock.advance(1000);
    door.enter("another");
    expect(door.clientCount).toBeLessThanOrEqual(1025);
    expect(admission(0, 0).admission.clientCount).toBe(0);
  });
});

describe("turns of write requests", () => {
  it("come at once while there is time, else in order and with pauses between", async () => {
    const clock = new ManualClock(0);
    const turns = new WriteTurns(clock);
    const done: (number | string)[] = [];
    const work = (i: number) => () => {
      done.push(i);
      clock.advance(6);
    };
    for (let i = 0; i < 7; i++) turns.run(work(i));
    // 0 and 1 had time left when they came, the third found the slice used up.
    expect(done).toEqual([0, 1]);
    expect([turns.count, turns.longestWaitMs]).toEqual([5, 0]);
    while (turns.count > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      done.push("pause");
    }
    expect(done.filter((entry) => entry !== "pause")).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(done.filter((entry) => entry === "pause").length).toBeGreaterThanOrEqual(3);
  });
});
