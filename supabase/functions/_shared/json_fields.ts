/** What a field of a JSON object must be. */
export interface Field<T> {
  /** Ends the sentence "expected …". */
  readonly expected: string;
  readonly isOptional: boolean;
  accepts(value: unknown): boolean;
  /** Never there: carries the type. */
  readonly type?: T;
}

/** The fields of an object, by name. */
export type Fields = Readonly<Record<string, Field<unknown>>>;

type TypeOf<F> = F extends Field<infer T> ? T : never;
type OptionalName<F extends Fields> = {
  [Name in keyof F]: undefined extends TypeOf<F[Name]> ? Name : never;
}[keyof F];

/** An object with these fields. */
export type ObjectOf<F extends Fields> =
  & { [Name in Exclude<keyof F, OptionalName<F>>]: TypeOf<F[Name]> }
  & { [Name in OptionalName<F>]?: TypeOf<F[Name]> };

function field<T>(
  expected: string,
  accepts: (value: unknown) => boolean,
): Field<T> {
  return { expected, accepts, isOptional: false };
}

/** A field that may hold any JSON. */
export function anything(expected: string): Field<NonNullable<unknown> | null> {
  return field(expected, () => true);
}

/** A field that may be left out; null is not left out. */
export function optional<T>(field: Field<T>): Field<T | undefined> {
  return { ...field, isOptional: true };
}

/** A field that may be null. */
export function nullable<T>(field: Field<T>): Field<T | null> {
  return {
    ...field,
    expected: `${field.expected} or null`,
    accepts: (value) => value === null || field.accepts(value),
  };
}

/** A text of 1 to `max` characters. */
export function text(expected: string, max = Infinity): Field<string> {
  return field(
    expected,
    (value) =>
      typeof value === "string" && value.length >= 1 && value.length <= max,
  );
}

/** A whole number of at least `min` that JavaScript holds exactly. */
export function wholeNumber(
  expected: string,
  min = -Infinity,
): Field<number> {
  return field(
    expected,
    (value) => Number.isSafeInteger(value) && value as number >= min,
  );
}

/** A day of the calendar, as yyyy-mm-dd. */
export function date(expected: string): Field<string> {
  return field(expected, (value) => {
    if (typeof value !== "string") return false;
    if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
    const day = new Date(`${value}T00:00:00Z`);
    // A day that is not there, such as 30 February, rolls over.
    return !Number.isNaN(day.getTime()) &&
      day.toISOString().startsWith(value);
  });
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** One of some texts. */
export function oneOf<T extends string>(
  ...values: readonly T[]
): Field<T> {
  return field(
    `one of ${values.join(", ")}`,
    (value) => values.some((known) => known === value),
  );
}

/** A UUID. */
export function uuid(expected: string): Field<string> {
  return field(
    expected,
    (value) => typeof value === "string" && UUID.test(value),
  );
}

/** True or false. */
export function truth(expected: string): Field<boolean> {
  return field(expected, (value) => typeof value === "boolean");
}

/** A list whose items are all of one kind. */
export function listOf<T>(item: Field<T>): Field<T[]> {
  return field(
    `a list of ${item.expected}`,
    (value) => Array.isArray(value) && value.every(item.accepts),
  );
}

/** A JSON object with any content. */
export function jsonObject(expected: string): Field<Record<string, unknown>> {
  return field(expected, (value) => kindOf(value) === "an object");
}

/** A field that is not as expected. */
export interface WrongField {
  field: string;
  /** What was expected, and what kind of value came. */
  words: string;
}

/**
 * Checks that a value is an object with these fields.
 *
 * @param value parsed JSON
 * @param others whether it may have other fields too
 * @returns an object of these fields alone; or every problem (which field, what was expected, what kind of value came),
 *   the fields that they are about, and those that are as expected
 */
export function readFields<F extends Fields>(
  value: unknown,
  fields: F,
  others: "refused" | "ignored" = "refused",
):
  | { object: ObjectOf<F> }
  | { problems: string[]; wrong: WrongField[]; right: Partial<ObjectOf<F>> } {
  if (kindOf(value) !== "an object") {
    return {
      problems: [`expected a JSON object, got ${kindOf(value)}`],
      wrong: [],
      right: {},
    };
  }
  const found = value as Record<string, unknown>;
  const wrong: WrongField[] = [];
  for (
    const [name, { expected, isOptional, accepts }] of Object.entries(fields)
  ) {
    const isThere = Object.hasOwn(found, name);
    if (!isThere && isOptional) continue;
    if (isThere && accepts(found[name])) continue;
    const got = isThere ? kindOf(found[name]) : "nothing";
    wrong.push({ field: name, words: `expected ${expected}, got ${got}` });
  }
  for (const name of Object.keys(found)) {
    if (others === "ignored" || Object.hasOwn(fields, name)) continue;
    const names = Object.keys(fields).join(", ");
    wrong.push({ field: name, words: `expected no field but ${names}` });
  }
  const isWrong = new Set(wrong.map(({ field }) => field));
  const right = Object.fromEntries(
    Object.keys(fields)
      .filter((name) => Object.hasOwn(found, name) && !isWrong.has(name))
      .map((name) => [name, found[name]]),
  );
  if (wrong.length === 0) return { object: right as ObjectOf<F> };
  const problems = wrong.map(({ field, words }) => `${field}: ${words}`);
  return { problems, wrong, right: right as Partial<ObjectOf<F>> };
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "string":
      return `a text of ${value.length} characters`;
    case "number":
      return `the number ${value}`;
    case "object":
      return "an object";
    default:
      return String(value);
  }
}
