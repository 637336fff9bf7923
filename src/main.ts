#!/usr/bin/env node
/** Where the process starts: loads the program, in one piece where the build made that. */
import { bundledProgram } from "./start/bundled-program.ts";
import { growBetweenCollections } from "./start/heap-growth.ts";
import { collectWhenIdle } from "./start/idle-collection.ts";
import { limitNewSpace } from "./start/new-space.ts";
import { leaveFetchUnloaded } from "./start/web-answers.ts";

const program = bundledProgram()?.load() ?? (await import("./program.ts"));
growBetweenCollections();
limitNewSpace();
collectWhenIdle();
leaveFetchUnloaded();
// A restore that was cut short would keep the process alive: its end is not waited for.
process.exit(await program.runProgram(process.argv.slice(2)));
