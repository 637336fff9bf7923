/**
 * The log of a process: JSON lines for machines, or colours and short times for a terminal.
 *
 * Lines are written before the call returns, so that the last ones of a dying process are not lost.
 */
import { type DestinationStream, type Logger, pino } from "pino";
import { prettyFactory } from "pino-pretty";

export type LogFormat = "auto" | "json" | "pretty";

/** Where lines go: a file descriptor, or a stream in tests. */
export type LogDestination = DestinationStream | number;

/** A logger; "auto" is pretty on a terminal and JSON otherwise. */
export function createLogger(
  level: string,
  format: LogFormat,
  isTerminal: boolean,
  destination: LogDestination = 1,
): Logger {
  const isPretty = format === "pretty" || (format === "auto" && isTerminal);
  const stream =
    typeof destination === "number"
      ? pino.destination({ dest: destination, sync: true })
      : destination;
  const options = {
    level,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { error: pino.stdSerializers.err },
  };
  if (!isPretty) {
    const formatters = { level: (label: string) => ({ level: label }) };
    return pino({ ...options, formatters }, stream);
  }
  const pretty = prettyFactory({
    colorize: isTerminal,
    ignore: "pid,hostname",
    translateTime: "SYS:HH:MM:ss",
    errorLikeObjectKeys: ["error", "err"],
  });
  return pino(options, { write: (line) => stream.write(pretty(line)) });
}
