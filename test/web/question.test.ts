/** A question is what its address says, and what is wrong with its fields is said. */
import { describe, expect, it } from "vitest";
import {
  durationMs,
  fieldFault,
  formOf,
  type Question,
  readQuestion,
  stepSeconds,
  writeQuestion,
} from "../../src/web/query/question.ts";

const asked = (address: string) => readQuestion(new URLSearchParams(address));

describe("a question", () => {
  it("comes back from its address as it was", () => {
    const expression = 'sum(rate(a{b="c&d"}[5m]))';
    const question: Question = {
      ...{ expression, range: "1h30m", endMs: 1_700_000_000_000, step: "15s" },
      tab: "explain",
    };
    expect(readQuestion(writeQuestion(question))).toEqual(question);
  });

  it("is of the last hour, as a graph, when its address says no more", () => {
    const question = asked("expr=up&tab=none");
    expect(question).toEqual({
      ...{ expression: "up", range: "1h", endMs: null, step: "", tab: "graph" },
    });
    expect(fieldFault(question)).toBe("");
  });

  it.each([
    ["90", 90_000],
    ["1.5h", 5_400_000],
    ["1d2h3m4s5ms", 93_784_005],
    ["2w", 1_209_600_000],
  ])("knows %s as a duration", (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  it.each(["soon", "5 minutes", "h", "-5m", "0", "0s"])("says that %s is none", (text) => {
    expect(fieldFault(asked(`expr=up&range=${text}`))).toContain(`Range: “${text}”`);
    expect(fieldFault(asked(`expr=up&step=${text}`))).toContain(`Step: “${text}”`);
  });

  it("asks for about as many points as a screen shows, or for the step it was given", () => {
    expect(stepSeconds(asked("expr=up&range=1d"))).toBe(346);
    const form = formOf(asked("expr=up&range=2h&step=5m&end=1000000"), 0, true);
    expect([form.get("start"), form.get("end"), form.get("step")]).toEqual([
      ...["992800", "1000000", "300"],
    ]);
    expect(formOf(asked("expr=up"), 5000, false).get("time")).toBe("5");
  });
});
