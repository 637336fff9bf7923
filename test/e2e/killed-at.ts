/**
 * A flag of Node's with which a process kills itself, as SIGKILL does, at one moment of the writing
 * of a block: no test has to be quick for it. It holds in the process' threads too.
 */

/** Moments, in their order. */
export const KILL_MOMENTS = ["before the index", "before the rename", "after the rename"] as const;
export type KillMoment = (typeof KILL_MOMENTS)[number];

/** Runs in the process that is killed. */
const MODULE = `
  import fs from "node:fs";
  const { open, rename } = fs.promises;
  const killedAt = (moment) => moment === MOMENT && process.kill(process.pid, "SIGKILL");
  fs.promises.open = (path, ...others) => {
    if (path.endsWith(".tmp-for-creation/index")) killedAt("before the index");
    return open(path, ...others);
  };
  fs.promises.rename = async (from, to) => {
    const isBlock = from.endsWith(".tmp-for-creation");
    if (isBlock) killedAt("before the rename");
    await rename(from, to);
    if (isBlock) killedAt("after the rename");
  };
`;

/** The flag: for Node's command line or NODE_OPTIONS. */
export function killFlag(moment: KillMoment): string {
  const code = MODULE.replace("MOMENT", JSON.stringify(moment));
  return `--import=data:text/javascript,${encodeURIComponent(code)}`;
}
