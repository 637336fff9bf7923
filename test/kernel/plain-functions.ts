/** The kernel's code as plain TypeScript: the twin of the compiled one. */
import * as code from "../../src/kernel/code/kernel.ts";
import { bindMemory } from "../../src/kernel/code/memory.ts";
import type { KernelFunctions, SharedMemory } from "../../src/kernel/kernel.ts";

/** Functions over `memory`; kernels may take turns. */
export function plainFunctions(memory: SharedMemory): KernelFunctions {
  const bound =
    (run: (a: number, b: number, c: number, d: number) => number) =>
    (a = 0, b = 0, c = 0, d = 0) => {
      bindMemory(memory.buffer);
      return run(a, b, c, d);
    };
  const boundAction =
    (run: (a: number, b: number, c: number) => void) =>
    (a = 0, b = 0, c = 0) => {
      bindMemory(memory.buffer);
      run(a, b, c);
    };
  return {
    expand: bound(code.expand),
    scan: bound(code.scan),
    append: bound(() => {
      code.append();
      return 0;
    }),
    layOut: bound(code.layOut),
    scan2: bound(code.scan2),
    keepFamily: bound((from, end, seed) => {
      code.keepFamily(from, end, seed);
      return 0;
    }),
    forgetFamily: bound((from, end, seed) => {
      code.forgetFamily(from, end, seed);
      return 0;
    }),
    plainLabelsEnd: bound(code.plainLabelsEnd),
    equalBytes: bound(code.equalBytes),
    hashBytes: bound(code.hashBytes),
    sharedPrefix: bound(code.sharedPrefix),
    sharedSuffix: bound(code.sharedSuffix),
    copyBytes: bound((to, from, bytes) => {
      code.copyBytes(to, from, bytes);
      return 0;
    }),
    joinFields: bound(code.joinFields),
    splitLabels: bound(code.splitLabels),
    findKey: bound(code.findKey),
    reserveKeys: boundAction(code.reserveKeys),
    addKey: bound(code.addKey),
    addWrittenKey: bound(code.addWrittenKey),
    dropKey: boundAction(code.dropKey),
    makeSeries: bound(code.makeSeries),
    endRuns: boundAction(code.endRuns),
    fillFirst: boundAction(code.fillFirst),
  };
}
