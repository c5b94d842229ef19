import type postgres from "postgres";
import { DOOR_SCHEMA, query, quoted, type Sql } from "./database.ts";
import type { Finding } from "./report.ts";

interface Routine {
  signature: string;
  name: string;
  arguments: string;
  identity: string;
  result: string;
  volatility: string;
  has_rows: boolean;
  inputs: string[];
  can_be_handed_on: boolean;
  grantees: string[] | null;
  is_own: boolean | null;
}

const VOLATILITY: Record<string, string> = {
  i: "immutable",
  s: "stable",
  v: "volatile",
};

/** How a function of the door is made, and dropped where Postgres cannot make it another one. */
export interface DoorFunction {
  signature: string;
  statements: string[];
  /** Null unless the door's own is there. */
  drop: string | null;
}

/** A client that asks for the door's schema also looks for functions there: each hands its call on to the one in public. */
export async function doorFunctions(
  sql: Sql,
): Promise<{ functions: DoorFunction[]; notes: Finding[] }> {
  const routines = await query<Routine>(sql, "routines");
  return {
    // What somebody else made there stays theirs.
    functions: routines.filter((one) =>
      one.can_be_handed_on && one.is_own !== false
    ).map((one) => ({
      signature: one.signature,
      statements: handedOn(one),
      drop: one.is_own ? `drop function ${made(one)}` : null,
    })),
    notes: routines.filter((one) => !one.can_be_handed_on).map(
      ({ signature }) =>
        notShown(
          signature,
          `${DOOR_SCHEMA} has no function that hands a call on to it: an argument has no name, is variadic, or takes any type.`,
        ),
    ),
  };
}

function notShown(signature: string, words: string): Finding {
  return {
    code: "function_not_shown",
    subject: signature,
    words,
    remedy:
      "If an old client calls it, make one there, or let that client ask for the schema public in this call.",
  };
}

const CANNOT_REPLACE = "42P13";

/** Makes the door's functions, each by itself: one that cannot be made is as it was. @returns a note on each of those */
export async function makeFunctions(
  tx: postgres.TransactionSql,
  functions: DoorFunction[],
): Promise<Finding[]> {
  const notes: Finding[] = [];
  const run = (statements: string[]) =>
    tx.savepoint(async (part) => {
      for (const statement of statements) await part.unsafe(statement);
    });
  for (const { signature, statements, drop } of functions) {
    try {
      await run(statements).catch(async (error) => {
        if (error.code !== CANNOT_REPLACE || drop === null) throw error;
        await run([drop, ...statements]);
      });
    } catch (error) {
      const { code, message, detail } = error as postgres.PostgresError;
      if (code === undefined) throw error;
      notes.push(notShown(
        signature,
        `${DOOR_SCHEMA} does not hand a call on to it as it is now. Postgres says: ${message} (${code})${
          detail ? `. ${detail}` : ""
        }`,
      ));
    }
  }
  return notes;
}

function made({ name, identity }: Routine): string {
  return `${DOOR_SCHEMA}.${quoted(name)}(${identity})`;
}

function handedOn(routine: Routine): string[] {
  const { name, inputs, has_rows, result, volatility, grantees } = routine;
  const call = `public.${quoted(name)}(${
    inputs.map((input) =>
      `${quoted(input)} => ${quoted(name)}.${quoted(input)}`
    ).join(", ")
  })`;
  const own = `${DOOR_SCHEMA}.${quoted(name)}`;
  const its = made(routine);
  return [
    // Bound to the function itself, so that it may be renamed: ours may need its name.
    `create or replace function ${own}(${routine.arguments}) returns ${result} language sql ${
      VOLATILITY[volatility]
    } begin atomic select ${has_rows ? "* from " : ""}${call}; end`,
    `comment on function ${its} is 'Hands a call on to the function of public (docs/ADOPTING.md).'`,
    `revoke all on function ${its} from public, anon, authenticated, service_role`,
    ...(grantees ?? []).map((grantee) =>
      `grant execute on function ${its} to ${
        grantee === "" ? "public" : quoted(grantee)
      }`
    ),
  ];
}
