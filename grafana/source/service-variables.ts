/**
 * What the dashboards of one running Spandrel share: which one is meant, and when it was restarted.
 */
import { type Board, type BoardParts, board, labelVariable, timeMarks } from "./board.ts";

const SELECTED = 'job="$job",instance="$instance"';

/** The series of a metric that the chosen Spandrel exposes; `more` are further matchers. */
export function own(metric: string, more = ""): string {
  return `${metric}{${SELECTED}${more === "" ? "" : `,${more}`}}`;
}

/** Its increase a second. */
export function rateOf(metric: string, more = ""): string {
  return `rate(${own(metric, more)}[$__rate_interval])`;
}

/** A quantile of a histogram of durations, by one of its labels. */
export function quantileOf(quantile: number, metric: string, by: string, more: string): string {
  const buckets = rateOf(`${metric}_bucket`, more);
  return `histogram_quantile(${quantile}, sum by (le, ${by}) (${buckets}))`;
}

const RESTORES =
  `1000 * ${own("spandrel_restore_time_seconds")}` +
  ` * on (job, instance) group_right () ${own("spandrel_restore_info")}`;

/** A dashboard of one running Spandrel. */
export function serviceBoard(parts: Omit<BoardParts, "variables" | "annotations">): Board {
  return board({
    ...parts,
    variables: [
      labelVariable("job", "Job", "spandrel_build_info", "job"),
      labelVariable("instance", "Instance", 'spandrel_build_info{job="$job"}', "instance"),
    ],
    annotations: [
      timeMarks("Restore", RESTORES, "{{capacity}} + {{order}}", "orange"),
      timeMarks("Start", `1000 * ${own("process_start_time_seconds")}`, "{{instance}}", "blue"),
    ],
  });
}
