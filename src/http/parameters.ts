/**
 * Parameters of an API request: those of the URL and those of a form body, read as one.
 *
 * I1  Values of the body come before values of the URL, so the first value of a name is the body's.
 * I2  A missing parameter and an empty one are the same for first().
 */

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
  private readonly query: ParsedForm | null;
  private readonly body: ParsedForm | null;

  constructor(query: unknown, body: unknown) {
    this.query = asForm(query);
    this.body = asForm(body);
  }

  /** First value of a parameter, "" when it is absent. */
  first(name: string): string {
    return valuesOf(this.body, name)[0] ?? valuesOf(this.query, name)[0] ?? "";
  }

  /** Every value of a parameter. */
  all(name: string): string[] {
    return [...valuesOf(this.body, name), ...valuesOf(this.query, name)];
  }
}
