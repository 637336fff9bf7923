/**
 * The scanner against snippets whose meaning is known, and against all of the project's own files.
 */
import { describe, expect, it } from "vitest";
import { functionSpans } from "./function-lengths.ts";
import { readProjectFiles } from "./project-files.ts";
import { scanCode, scanTokens } from "./source-tokens.ts";

const kinds = (text: string) => scanTokens(text).map((token) => `${token.kind} ${token.text}`);
const words = (text: string) =>
  scanCode(text)
    .filter((token) => token.kind === "word")
    .map((token) => token.text);

describe("the token scanner", () => {
  it("tells comments, strings and code apart", () => {
    expect(kinds("a // b\n'c' /* d\n */ e")).toEqual([
      "word a",
      "comment // b",
      "string 'c'",
      "comment /* d\n */",
      "word e",
    ]);
  });

  it("tells a regular expression from a division", () => {
    const regexes = (text: string) =>
      scanTokens(text).filter((token) => token.kind === "regex").length;
    expect(regexes("x = /a[/]b/g.test(y)")).toBe(1);
    expect(regexes("return /a/")).toBe(1);
    expect(regexes("a / b / c")).toBe(0);
    expect(regexes("(a) / b / c")).toBe(0);
    expect(regexes("column[i]! / b / c")).toBe(0);
    expect(regexes("a && !/b/.test(c)")).toBe(1);
  });

  it("reads the code inside templates, however deep", () => {
    const outer = "`x $" + "{a + `y $" + "{b({ c: 1 })} z`} w` + d";
    expect(words(outer)).toEqual(["a", "b", "c", "d"]);
  });

  it("counts lines through every kind of token", () => {
    const tokens = scanTokens("/*\n*/ `\n` a\nb");
    expect(tokens.map((token) => token.line)).toEqual([1, 2, 3, 4]);
  });

  it("balances the brackets of every file of the project", () => {
    const unbalanced = readProjectFiles((path) => path.endsWith(".ts")).filter(({ text }) => {
      const count = (bracket: string) =>
        scanCode(text).filter((token) => token.kind === "punct" && token.text === bracket).length;
      return ["()", "[]", "{}"].some(([open, close]) => count(open!) !== count(close!));
    });
    expect(unbalanced.map((file) => file.path)).toEqual([]);
  });
});

describe("the function finder", () => {
  const found = (text: string) =>
    functionSpans(text).map(({ name, lineCount }) => `${name} ${lineCount}`);

  it("finds functions, methods and arrows, with and without return types", () => {
    expect(found("function f() {\n}")).toEqual(["f 2"]);
    expect(found("function f(): { a: number }[] {\n\n}")).toEqual(["f 3"]);
    expect(found("class A { get(a: Map<b, c>): Map<d, e> {\n} }")).toEqual(["get 2"]);
    expect(found("const f = (a) => {\n};")).toEqual(["(unnamed) 2"]);
    expect(found("export async function f<T>(\n a: T,\n) {\n}")).toEqual(["(unnamed) 4"]);
    expect(found("f(x): x is { a: 1 } {\n}")).toEqual(["f 2"]);
  });

  it("does not take control flow, classes or types for functions", () => {
    expect(found("if (a) {\n} else {\n}\nfor (;;) {\n}\nwhile (b) {\n}")).toEqual([]);
    expect(found("switch (a) {\n case f(b): {\n }\n}\ntry {} catch (e) {\n}")).toEqual([]);
    expect(found("for await (const a of b()) {\n}")).toEqual([]);
    expect(found("class A extends mixin(B) {\n}")).toEqual([]);
    expect(found("interface A { f(): { a: 1 }; g(a: b): c }")).toEqual([]);
    expect(found("const a = b ? (c) : { d: 1 };")).toEqual([]);
  });
});
