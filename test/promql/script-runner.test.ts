import { describe, expect, it } from "vitest";
import { runScript } from "../../src/promql/promqltest/run-script.ts";
import { run } from "../../src/promql/promqltest-command.ts";

const LOAD = `
load 1m
    x{n="1"} 1 2 3
    x{n="2"} 5 5 5
    h        {{schema:0 count:3 sum:3 buckets:[1 2]}}x2
`;

/** Differences that the evals of a script give, null where there are none. */
function differencesOf(evals: string): (string | null)[] {
  return runScript(`${LOAD}\n${evals}`).map(({ difference }) => difference);
}

describe("a script", () => {
  it("passes when all is as expected", () => {
    const evals = 'eval instant at 1m x\n  x{n="1"} 2\n  x{n="2"} 5';
    expect(differencesOf(evals)).toEqual([null]);
  });

  it.each([
    ['eval instant at 1m x\n  x{n="1"} 2\n  x{n="2"} 6', "got 5; want 6"],
    ['eval instant at 1m x\n  x{n="1"} 2', 'unexpected series {__name__="x", n="2"}'],
    ['eval instant at 1m x{n="1"}\n  x{n="1"} 2\n  x{n="3"} 2', "missing series"],
    [
      'eval instant at 1m sort_desc(x)\n  expect ordered\n  x{n="1"} 2\n  x{n="2"} 5',
      "is at place",
    ],
    ["eval instant at 1m h\n  h {{schema:0 count:3 sum:4 buckets:[1 2]}}", "want {count:3, sum:4"],
    ["eval instant at 1m h\n  h {{schema:0 count:3 sum:3 buckets:[2 1]}}", "got {count:3"],
    ["eval instant at 1m h\n  h 3", "want 3"],
    ["eval instant at 1m rate(h[5m]) * 1\n  expect warn\n", "missing warning"],
    ["eval instant at 1m quantile(2, x)\n  expect no_warn\n  {} +Inf", "unexpected warning"],
    ["eval instant at 1m quantile(2, x)\n  expect warn msg: no\n  {} +Inf", "missing warning: no"],
    ["eval instant at 1m 1\n  2", "got 1; want 2"],
    ["eval instant at 1m x\n  2", "got a vector; want a scalar"],
    ['eval instant at 1m "a"\n  expect string "b"', 'got "a"'],
    ["eval instant at 1m x\n  expect fail", "no error; want one"],
    ["eval instant at 1m x +\n  expect fail msg: no", "unexpected error: 1:4"],
    ["eval instant at 1m x +", "error: 1:4: parse error: unexpected end of input"],
    ['eval range from 0 to 2m step 1m x{n="1"}\n  x{n="1"} 1 2 4', "item 2: got 3; want 4"],
    ['eval range from 0 to 2m step 1m x{n="1"}\n  x{n="1"} 1 2', "a value where none was"],
    ['eval range from 0 to 2m step 1m x{n="1"} > 1\n  x{n="1"} 1 2 3', "nothing at item 0"],
  ])("reports what differs in %j", (evals, difference) => {
    expect(differencesOf(evals)[0]).toContain(difference);
  });

  it("counts stale markers, gaps and repetitions", () => {
    const script = `load 1m
    y 1 _ _x2 stale 2+1x2 7x1

eval range from 0 to 9m step 1m y
    y 1 1 1 1 _ 2 3 4 7 7
`;
    expect(runScript(script).map(({ difference }) => difference)).toEqual([null]);
  });

  it.each([
    ["load 1m\n  x{ 1", "line 2"],
    ["load 1m\n  x 1y", "line 2"],
    ["boil 1m", "line 1: unknown command"],
    ["eval instant at 1m 1\n  expect nothing", "line 2: unknown expectation"],
    ["load 1m\n  x {{depth:3}}", "line 2: unknown property depth"],
  ])("names the line of a mistake: %j", (script, message) => {
    expect(() => runScript(script)).toThrow(message);
  });
});

describe("the command", () => {
  it("prints passed and total of each file and of all", () => {
    const lines: string[] = [];
    const files = [
      { name: "good.test", text: "eval instant at 0 1\n  1" },
      { name: "bad.test", text: "eval instant at 0 1\n  1\n\neval instant at 0 1\n  2" },
      { name: "broken.test", text: "what" },
    ];
    expect(run(files, (line) => lines.push(line))).toBe(1);
    expect(lines).toEqual([
      "good.test: 1/1 passed",
      "bad.test: 1/2 passed",
      "  line 4: 1",
      "    got 1; want 2",
      'broken.test: line 1: unknown command "what"',
      "all files: 2/3 passed",
    ]);
  });

  it("ends with 0 when everything passed", () => {
    expect(run([{ name: "a", text: "eval instant at 0 1\n  1" }], () => {})).toBe(0);
  });
});
