/**
 * Parameters of an API request: those of the URL and those of a form body, read as one.
 *
 * I1  Values of the body come before values of the URL, so the first value of a name is the body's;
 *     but for those of a form in parts, which come behind them.
 * I2  A missing parameter and an empty one are the same for first().
 */
import { TsdbError } from "../base/errors.ts";
import { formFault } from "./form-text.ts";
import { PartsForm } from "./multipart-form.ts";

/** A parsed query string or form: a name sent more than once has an array. */
export type ParsedForm = Readonly<Record<string, string | readonly string[] | undefined>>;

function valuesOf(form: ParsedForm | null, name: string): readonly string[] {
  const value = form?.[name];
  if (value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}

/** Whether a request body is a parsed form and not nothing. */
function asForm(value: unknown): ParsedForm | null {
  return typeof value === "object" && value !== null ? (value as ParsedForm) : null;
}

export class Parameters {
  /** What was sent, the more important form first. */
  private readonly forms: readonly (ParsedForm | null)[];

  constructor(query: unknown, body: unknown) {
    this.forms =
      body instanceof PartsForm ? [asForm(query), body.fields] : [asForm(body), asForm(query)];
  }

  /** Refuses what is damaged, as the routes do that read a form as a whole. */
  requireWhole(): void {
    for (const form of this.forms) {
      const fault = form === null ? null : formFault(form);
      if (fault === null) continue;
      throw new TsdbError("BAD_PARAMETER", `error parsing form values: ${fault}`);
    }
  }

  /** First value of a parameter, "" when it is absent. */
  first(name: string): string {
    for (const form of this.forms) {
      const [value] = valuesOf(form, name);
      if (value !== undefined) return value;
    }
    return "";
  }

  /** Every value of a parameter. */
  all(name: string): string[] {
    return this.forms.flatMap((form) => valuesOf(form, name));
  }
}
