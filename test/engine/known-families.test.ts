import { describe, expect, it } from "vitest";
import { MetadataStore } from "../../src/engine/metadata-store.ts";
import { encodeReference } from "../wire/request-oracle.ts";
import { START_MS, storeAt } from "./store-fixtures.ts";

const GAUGE = { type: 2, metricFamilyName: "up", help: "Whether it is up.", unit: "" };
const COUNTER = { ...GAUGE, type: 1 };

/** A store that takes metadata, and tells how many entries of each request it looked at. */
function target() {
  const { store } = storeAt(START_MS);
  const families = new MetadataStore();
  const changed: string[] = [];
  const send = (...metadata: object[]): number => {
    const batch = store.intake.readPlain(new Uint8Array(encodeReference({ metadata })));
    families.apply(batch, (name) => changed.push(name));
    expect(batch.sentMetadataCount).toBe(metadata.length);
    return batch.metadataCount;
  };
  return { store, families, changed, send, typeOf: () => families.families.get("up")?.type };
}

describe("metadata of a family that the store holds", () => {
  it("is stepped over when it is sent again", () => {
    const { send, typeOf, changed } = target();
    expect(send(GAUGE)).toBe(1);
    expect(send(GAUGE, GAUGE)).toBe(0);
    expect(typeOf()).toBe("gauge");
    expect(changed).toEqual(["up"]);
  });

  it("is looked at when it says something else, and the last entry counts", () => {
    const { send, typeOf } = target();
    send(GAUGE);
    expect(send(COUNTER)).toBe(1);
    expect(typeOf()).toBe("counter");
    expect(send(GAUGE, COUNTER, GAUGE)).toBe(3);
    expect(typeOf()).toBe("gauge");
  });

  it("is looked at again once it has changed otherwise", () => {
    const { store, families, send, typeOf } = target();
    send(GAUGE);
    families.set("up", { type: "counter", help: "", unit: "" });
    store.intake.forgetFamily("up");
    expect(send(GAUGE)).toBe(1);
    expect(typeOf()).toBe("gauge");
  });

  it("is looked at again after an entry in a form that no sender writes", () => {
    const { store, families, send, typeOf } = target();
    send(GAUGE);
    // Help first, then the name, then the type.
    const fields = Buffer.concat([Buffer.from("\x22\x01x\x12\x02up"), Buffer.from([0x08, 1])]);
    const odd = Buffer.concat([Buffer.from([0x1a, fields.length]), fields]);
    families.apply(store.intake.readPlain(new Uint8Array(odd)), () => undefined);
    expect(typeOf()).toBe("counter");
    expect(send(GAUGE)).toBe(1);
    expect(typeOf()).toBe("gauge");
  });

  it("is looked at again after an entry of the same request that was not kept", () => {
    const { send, families } = target();
    const long = { ...GAUGE, help: "x".repeat(600) };
    send(GAUGE, long);
    expect(send(GAUGE)).toBe(1);
    expect(families.families.get("up")?.help).toBe(GAUGE.help);
  });

  it("is always looked at when it is long", () => {
    const { send, families } = target();
    const long = { ...GAUGE, help: "x".repeat(600) };
    send(long);
    expect(send(long)).toBe(1);
    expect(families.families.get("up")?.help).toBe(long.help);
  });

  it("is always looked at when its name is not text", () => {
    const { store, families } = target();
    const entry = (last: number, type: number) =>
      Uint8Array.of(0x1a, 6, 0x08, type, 0x12, 2, 0x75, last);
    for (const [last, type] of [
      [0xff, 1],
      [0xfe, 2],
      [0xff, 1],
    ] as const) {
      families.apply(store.intake.readPlain(entry(last, type)), () => undefined);
    }
    expect(families.families.get("u\ufffd")?.type).toBe("counter");
  });
});
