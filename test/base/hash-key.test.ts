import { afterEach, describe, expect, it } from "vitest";
import { chooseHashKey, hashKey } from "../../src/base/hash-key.ts";
import { TextIndex, textHash } from "../../src/base/text-index.ts";

const TEXTS = Array.from({ length: 2000 }, (_, n) => `text ${n % 500}`);

function numbers(): number[] {
  const index = new TextIndex();
  return TEXTS.map((text) => index.add(text));
}

describe("the key of hashes", () => {
  const before = hashKey();
  afterEach(() => chooseHashKey(before));

  it("changes which texts have equal hashes, not what is found by them", () => {
    const found = numbers();
    const hash = textHash("text", hashKey());
    chooseHashKey(0xdeadbeef);
    expect(textHash("text", hashKey())).not.toBe(hash);
    expect(numbers()).toEqual(found);
  });
});
