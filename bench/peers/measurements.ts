/**
 * What was measured: one line of JSON for each part of a load on a server, kept in a file, so that
 * a run that was cut off goes on where it stopped.
 *
 * I1  Lines are only added. Of several for the same place the last one counts.
 * I2  A part that failed has a line with its error; it is measured again the next time.
 *
 * Units: a figure's name ends in its unit.
 */
import { existsSync, readFileSync } from "node:fs";
import { appendResult, type Machine, machine } from "../results.ts";
import type { ServerName } from "../server-commands.ts";

/** Which part of which load, on which server, the how-manieth time. */
export interface Place {
  readonly load: string;
  readonly part: string;
  readonly server: ServerName;
  /** Minutes into a 4-hour window at which the load ends. */
  readonly endMinutes: number;
  readonly run: number;
}

export type Figures = Readonly<Record<string, number>>;

export interface Measurement extends Place, Machine {
  /** Of the table that the measurement belongs to. */
  readonly name: string;
  readonly version: string;
  readonly series: number;
  readonly samples: number;
  readonly figures: Figures | null;
  readonly error: string;
}

function isAt(measurement: Measurement, place: Place): boolean {
  const { load, part, server, endMinutes, run } = measurement;
  return (
    load === place.load &&
    part === place.part &&
    server === place.server &&
    endMinutes === place.endMinutes &&
    run === place.run
  );
}

export class Measurements {
  readonly name: string;
  private readonly file: string;
  private readonly all: Measurement[] = [];

  /** Those of the table `name` in a file, or of none yet when it is "none". */
  constructor(file: string, name: string) {
    this.file = file;
    this.name = name;
    if (file === "none" || !existsSync(file)) return;
    const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
    const all = lines.map((line) => JSON.parse(line) as Measurement);
    this.all = all.filter((measurement) => measurement.name === name);
  }

  /** Keeps what was measured, in the file at once. */
  add(
    place: Place,
    about: Pick<Measurement, "version" | "series" | "samples">,
    outcome: Figures | Error,
  ): void {
    const isError = outcome instanceof Error;
    const figures = isError ? null : outcome;
    const error = isError ? outcome.message.slice(0, 1000) : "";
    const { name } = this;
    const measurement = { name, ...place, ...about, figures, error, ...machine() };
    this.all.push(measurement);
    appendResult(this.file, measurement);
  }

  /** The newest at a place; undefined when there is none. */
  at(place: Place): Measurement | undefined {
    return this.all.findLast((measurement) => isAt(measurement, place));
  }

  /** Whether a place was measured without a failure. */
  has(place: Place): boolean {
    return this.at(place)?.figures != null;
  }

  /** The newest measurement of each place of a part of a load. */
  of(load: string, part: string): Measurement[] {
    const found = this.all.filter((one) => one.load === load && one.part === part);
    return found.filter((one) => this.at(one) === one);
  }

  get list(): readonly Measurement[] {
    return this.all;
  }
}
