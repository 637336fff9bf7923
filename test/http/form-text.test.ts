import { describe, expect, it } from "vitest";
import { formFault, formOfBytes, formOfText } from "../../src/http/form-text.ts";
import { atOnce } from "./at-once.ts";

describe("a query string", () => {
  it.each([
    ["", {}],
    ["a=1&b=2&a=3", { a: ["1", "3"], b: ["2"] }],
    ["a&b=&=c&&", { a: [""], b: [""], "": ["c"] }],
    ["a=1=2", { a: ["1=2"] }],
    ["a+b=c%20d%2B", { "a b": ["c d+"] }],
    ["match%5B%5D=up", { "match[]": ["up"] }],
    ["a=%zz&b=%4&c=%&d=1", { d: ["1"] }],
    ["a=1;b=2&c=3", { c: ["3"] }],
    ["a=%C3%BC%F0%9F%98%80", { a: ["ü😀"] }],
    ["a=\xc3\xbc", { a: ["ü"] }],
    ["a=%ffb", { a: ["\udcffb"] }],
    ["toString=1", { toString: ["1"] }],
  ])("%s is read pair by pair", (text, form) => {
    expect({ ...formOfBytes(text) }).toEqual(form);
  });

  it.each([
    ["a=1&b=%20", null],
    ["a=%zz&b=%4", 'invalid URL escape "%zz"'],
    ["a=1%4", 'invalid URL escape "%4"'],
    ["%4=%zz", 'invalid URL escape "%4"'],
    ["%=1", 'invalid URL escape "%"'],
    ["a=%\xe9b", 'invalid URL escape "%\\xe9b"'],
    ["a=%zz&b;c&d=%4", "invalid semicolon separator in query"],
  ])("%s has as its fault: %s", (text, fault) => {
    expect(formFault(formOfBytes(text))).toBe(fault);
  });

  it("may name anything", () => {
    expect(Object.keys(formOfBytes("__proto__=1"))).toEqual(["__proto__"]);
  });
});

describe("a form body", () => {
  it("may have characters as they are", () => {
    expect({ ...atOnce(formOfText("a=ü%20😀&b=%C3%BC")) }).toEqual({ a: ["ü 😀"], b: ["ü"] });
  });
});
