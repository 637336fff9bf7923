import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TsdbError } from "../../src/base/errors.ts";
import { TraceParser, type TraceVisitor } from "../../src/heap/trace-parser.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** Writes down what it is told, with the line. */
class Notes implements TraceVisitor {
  readonly all: string[] = [];
  readonly parser = new TraceParser(this);
  allocate(id: number, size: number): void {
    this.note(`make ${id} ${size}`);
  }
  append(id: number, length: number): void {
    this.note(`append ${id} ${length}`);
  }
  appendBytes(id: number, length: number): void {
    this.note(`bytes ${id} ${length}`);
  }
  free(id: number): void {
    this.note(`free ${id}`);
  }
  collect(): void {
    this.note("collect");
  }
  record(label: string, flushes: boolean): void {
    this.note(`${flushes ? "stat" : "peek"} <${label}>`);
  }
  restart(): void {
    this.note("restart");
  }
  private note(text: string): void {
    this.all.push(`${this.parser.line}: ${text}`);
  }
}

const TRACE = `# comment
a 0 128
a 131071 5

g 0 987
w 7 2000
f 0
gc
stat
stat h12 of three
peek x
restart
a 1 1`;

const MEANING = [
  "2: make 0 128",
  "3: make 131071 5",
  "5: append 0 987",
  "6: bytes 7 2000",
  "7: free 0",
  "8: collect",
  "9: stat <>",
  "10: stat <h12 of three>",
  "11: peek <x>",
  "12: restart",
  "13: make 1 1",
];

describe("the trace parser", () => {
  it("reads every operation, comments and empty lines left out", () => {
    const notes = new Notes();
    notes.parser.write(encode(TRACE));
    notes.parser.end();
    expect(notes.all).toEqual(MEANING);
  });

  it("reads the same however the bytes are cut", () => {
    const bytes = encode(TRACE);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length)), (places) => {
        const notes = new Notes();
        let from = 0;
        for (const cut of places.sort((a, b) => a - b)) {
          notes.parser.write(bytes.slice(from, cut));
          from = cut;
        }
        notes.parser.write(bytes.slice(from));
        notes.parser.end();
        expect(notes.all).toEqual(MEANING);
      }),
      { numRuns: 50 },
    );
  });

  it("counts the lines of each file from 1", () => {
    const notes = new Notes();
    notes.parser.write(encode("gc\ngc"));
    notes.parser.end();
    notes.parser.write(encode("gc\n"));
    notes.parser.end();
    expect(notes.all).toEqual(["1: collect", "2: collect", "1: collect"]);
  });

  it("refuses a wrong line by its number", () => {
    const wrong: [string, string][] = [
      ["a 1", "trace line 2: a number is missing"],
      ["a 1 ", "trace line 2: a number is missing"],
      ["a", "unknown operation"],
      ["f", "unknown operation"],
      ["a 1 2 3", "more than the operation takes"],
      ["f 1 2", "more than the operation takes"],
      ["a -1 2", "a number is missing"],
      ["a x 2", "a number is missing"],
      ["a 1 2x", "more than the operation takes"],
      ["a 99999999 2", "a number is above"],
      ["a 1 99999999999", "a number is above"],
      ["q 1 2", "unknown operation"],
      ["gc now", "unknown operation"],
      ["collect", "unknown operation"],
    ];
    for (const [line, message] of wrong) {
      const { parser } = new Notes();
      const read = () => parser.write(encode(`gc\n${line}\n`));
      expect(read, line).toThrow(TsdbError);
      expect(() => new Notes().parser.write(encode(`gc\n${line}\n`)), line).toThrow(message);
    }
  });

  it("refuses or reads every trace with one byte changed, and never breaks", () => {
    const bytes = encode(TRACE);
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [0, 10, 32, 48, 97, 255]) {
        const notes = new Notes();
        const changed = bytes.slice();
        changed[at] = value;
        try {
          notes.parser.write(changed);
          notes.parser.end();
        } catch (error) {
          expect(error).toBeInstanceOf(TsdbError);
        }
      }
    }
  });
});
