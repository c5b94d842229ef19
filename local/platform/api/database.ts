/**
 * Stand-in for PostgREST: connections and parameters.
 *
 * Values go to Postgres as the text they came in, typed by Postgres itself, and come back as text: no
 * number passes through JavaScript, so none is rounded.
 */
import postgres from "postgres";

/** A pool of connections. */
export type Database = ReturnType<typeof postgres>;
/** One connection inside a transaction. */
export type Transaction = postgres.TransactionSql;

// The types that postgres.js would otherwise convert: integers, json, boolean, dates, bytea.
const convertedTypes = [
  16,
  17,
  20,
  21,
  23,
  26,
  114,
  700,
  701,
  1082,
  1114,
  1184,
  1700,
  3802,
];

/**
 * Opens a pool that leaves every value as text.
 *
 * @param url a connection string
 * @param max how many connections at most
 */
export function openDatabase(url: string, max: number): Database {
  const asText = (value: unknown) => `${value}`;
  // One entry under each of the driver's own names, so that none of its conversions stays.
  const types = Object.fromEntries(
    ["string", "number", "json", "boolean", "date", "bytea", "bigint"].map((
      name,
    ) => [name, {
      to: 25,
      from: convertedTypes,
      serialize: asText,
      parse: (value: string) => value,
    }]),
  );
  return postgres(url, {
    max,
    types: types as never,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: "api stand-in" },
  }) as Database;
}

/** The parameters of one statement, in order. */
export class Parameters {
  readonly values: (string | null)[] = [];

  /** Adds a value and gives its placeholder, such as `$3`. */
  add(value: string | null): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

/** An identifier that the catalog gave, quoted for SQL. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Runs one statement and gives its rows. */
export function run<Row>(
  tx: Transaction | Database,
  text: string,
  values: (string | null)[] = [],
): Promise<Row[]> {
  return tx.unsafe(text, values as never[], {
    prepare: false,
  }) as unknown as Promise<Row[]>;
}
