import { describe, expect, it } from "vitest";
import { formOfParts } from "../../src/http/multipart-form.ts";
import { atOnce } from "./at-once.ts";

const TYPE = "multipart/form-data; boundary=x";
const part = (head: string, value: string) => `--x\r\n${head}\r\n\r\n${value}\r\n`;
const field = (name: string, value: string) =>
  part(`Content-Disposition: form-data; name="${name}"`, value);
const END = "--x--\r\n";

const fieldsOf = (bytes: string, type = TYPE) => ({
  ...atOnce(formOfParts(type, bytes)).fields,
});

describe("a form in parts", () => {
  it("has a field for each part", () => {
    const body = `${field("query", "up\r\n+1")}${field("time", "4")}${field("query", "")}${END}`;
    expect(fieldsOf(body)).toEqual({ query: ["up\r\n+1", ""], time: ["4"] });
    expect(fieldsOf(`before\r\n${body}behind`)).toHaveProperty("time", ["4"]);
  });

  it("may be named and quoted otherwise", () => {
    const type = 'Multipart/Form-Data; charset=utf-8; boundary="x y"';
    const body = "--x y\r\ncontent-disposition:form-data;name=a\r\n\r\n1\r\n--x y--";
    expect(fieldsOf(body, type)).toEqual({ a: ["1"] });
    expect(fieldsOf(`${field('a\\"b', "\xc3\xbc\xff")}${END}`)).toEqual({ 'a"b': ["ü\udcff"] });
  });

  it("passes over files and what has no name", () => {
    const file = part('Content-Disposition: form-data; name="f"; filename="g"', "1");
    const typed = part('Content-Disposition: form-data; name="t"\r\nContent-Type: text/plain', "1");
    const others = part("Content-Disposition: attachment", "1") + part("A: b", "1");
    expect(fieldsOf(`${file}${typed}${others}${field("a", "2")}${END}`)).toEqual({ a: ["2"] });
  });

  it.each([
    ["without its end", TYPE, field("a", "1")],
    ["without a head", TYPE, `--x\r\na\r\n${END}`],
    ["without a delimiter", TYPE, "a=1"],
    ["without anything", TYPE, ""],
    ["without a boundary", "multipart/form-data", `${field("a", "1")}${END}`],
  ])("is none %s", (_what, type, bytes) => {
    expect(fieldsOf(bytes, type)).toEqual({});
  });

  it("may name anything", () => {
    expect(Object.keys(fieldsOf(`${field("__proto__", "1")}${END}`))).toEqual(["__proto__"]);
  });
});
