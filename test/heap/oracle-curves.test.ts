import { describe, expect, it } from "vitest";
import { oracleIsAbsent, oracleNote, tableRows, traceBytes } from "./oracle.ts";
import { replay } from "./oracle-claims.ts";

describe.skipIf(oracleIsAbsent)(`the restart drill's curves${oracleNote}`, () => {
  it("are those of Go 1.15 with exact capacities in random order", () => {
    const policy = "exact-random";
    const names = ["drill-1-ingest", `drill-2-restore-${policy}`, "drill-3-ingest"];
    const { records } = replay("1.15", names.map(traceBytes));
    const ours = records.map((text) => {
      const record = JSON.parse(text) as Record<string, number | string>;
      return [record["label"], record["heap_alloc"], record["heap_inuse"]].join();
    });
    const measured = tableRows("drill-curves.csv")
      .filter((row) => row[0]?.startsWith("1.15") && row[1] === policy)
      .map((row) => [row[2], row[4], row[5]].join());
    expect(measured.length).toBe(73);
    expect(ours).toEqual(measured);
  });
});
