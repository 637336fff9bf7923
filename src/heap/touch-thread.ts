/** A thread that takes real memory for the ranges that it is started with, and ends. */
import { workerData } from "node:worker_threads";
import { type PageRange, touchPages } from "./touch-pages.ts";

for (const range of workerData as readonly PageRange[]) touchPages(range);
