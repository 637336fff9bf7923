/**
 * Asks for a URL again and again until it is told to stop, and then tells how often it was
 * answered: a process of its own, of the lowest priority. What is answered is read and not kept.
 */
import { setPriority } from "node:os";

const LOWEST_PRIORITY = 19;

setPriority(LOWEST_PRIORITY);
const url = process.argv[2]!;
let answers = 0;
process.once("message", () => {
  process.send?.(answers, () => process.exit(0));
});
for (;;) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  for await (const _part of answer.body!);
  answers++;
}
