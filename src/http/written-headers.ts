/**
 * Headers by which a receiver of remote write 2.0 says how much of a request it has.
 *
 * Rules: prometheus.io/docs/specs/prw/remote_write_spec_2_0, "Required Written Response Headers".
 *
 * I1  A sample that was there already counts as written: the sender need not send it again.
 *     The same holds for an exemplar that its series had last.
 */
import type { ServerResponse } from "node:http";
import type { WriteOutcome } from "../engine/service.ts";
import type { WriteBatch } from "../wire/write-batch.ts";

const SAMPLES = "X-Prometheus-Remote-Write-Samples-Written";
const HISTOGRAMS = "X-Prometheus-Remote-Write-Histograms-Written";
const EXEMPLARS = "X-Prometheus-Remote-Write-Exemplars-Written";

/** Says what of `batch` is stored, for the success and for the 400 alike. */
export function setWritten(
  response: ServerResponse,
  batch: WriteBatch,
  outcome: WriteOutcome,
): void {
  const stored = outcome.samplesStored - outcome.histogramsStored;
  const unchanged = Math.min(outcome.samplesUnchanged, batch.sampleCount - stored);
  const histograms = outcome.histogramsStored + outcome.samplesUnchanged - unchanged;
  response.setHeader(SAMPLES, String(stored + unchanged));
  response.setHeader(HISTOGRAMS, String(histograms));
  response.setHeader(EXEMPLARS, String(outcome.exemplarsWritten));
}

/** Takes back what setWritten said: the request has failed. */
export function clearWritten(response: ServerResponse): void {
  for (const name of [SAMPLES, HISTOGRAMS, EXEMPLARS]) response.removeHeader(name);
}
