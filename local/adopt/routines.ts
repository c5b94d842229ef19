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
}

const VOLATILITY: Record<string, string> = {
  i: "immutable",
  s: "stable",
  v: "volatile",
};

/** A client that asks for the door's schema also looks for functions there: each hands its call on to the one in public. */
export async function doorFunctions(
  sql: Sql,
): Promise<{ statements: string[]; notes: Finding[] }> {
  const routines = await query<Routine>(sql, "routines");
  return {
    statements: routines.filter((one) => one.can_be_handed_on)
      .flatMap(handedOn),
    notes: routines.filter((one) => !one.can_be_handed_on).map(
      ({ signature }) => ({
        code: "function_not_shown",
        subject: signature,
        words:
          `${DOOR_SCHEMA} has no function that hands a call on to it: an argument has no name, is variadic, or takes any type.`,
        remedy:
          "If an old client calls it, make one there, or let that client ask for the schema public in this call.",
      }),
    ),
  };
}

function handedOn(routine: Routine): string[] {
  const { name, inputs, has_rows, result, volatility, grantees } = routine;
  const call = `public.${quoted(name)}(${
    inputs.map((input) =>
      `${quoted(input)} => ${quoted(name)}.${quoted(input)}`
    ).join(", ")
  })`;
  const own = `${DOOR_SCHEMA}.${quoted(name)}`;
  const made = `${own}(${routine.identity})`;
  return [
    // Bound to the function itself, so that it may be renamed: ours may need its name.
    `create or replace function ${own}(${routine.arguments}) returns ${result} language sql ${
      VOLATILITY[volatility]
    } begin atomic select ${has_rows ? "* from " : ""}${call}; end`,
    `comment on function ${made} is 'Hands a call on to the function of public (docs/ADOPTING.md).'`,
    `revoke all on function ${made} from public, anon, authenticated, service_role`,
    ...(grantees ?? []).map((grantee) =>
      `grant execute on function ${made} to ${
        grantee === "" ? "public" : quoted(grantee)
      }`
    ),
  ];
}
