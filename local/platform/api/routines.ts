/**
 * Stand-in for PostgREST: finding the function that a call means.
 *
 * The names of the arguments decide, as in PostgREST: every argument must be a parameter, every parameter
 * without a default must be given. Types decide nothing.
 */
import { type Column, rowTypeColumns } from "./catalog.ts";
import { run, type Transaction } from "./database.ts";
import { ApiError } from "./errors.ts";
import { closest } from "./hints.ts";

/** A parameter of a function; the type as SQL writes it. */
export interface RoutineParameter {
  name: string;
  type: string;
  required: boolean;
  variadic: boolean;
}

/** A function of an exposed schema. */
export interface Routine {
  schema: string;
  name: string;
  /** i(mmutable), s(table) or v(olatile). */
  volatility: string;
  returnsSet: boolean;
  returnsVoid: boolean;
  /** Whether it returns rows with named columns. */
  composite: boolean;
  parameters: RoutineParameter[];
  outputs: Column[];
  settings: string[];
  typeOid: string;
}

const routineQuery = `
  select n.nspname::text as schema, p.proname::text as name, p.provolatile::text as volatility,
         p.proretset::text as returns_set, (p.prorettype = 'void'::regtype)::text as returns_void,
         (t.typtype = 'c' or coalesce(b.typtype = 'c', false)
           or coalesce(p.proargmodes::text[] && '{t,b,o}', false))::text as composite,
         coalesce(nullif(t.typbasetype, 0), t.oid)::text as type_oid,
         coalesce(to_json(p.proconfig), '[]')::text as settings,
         p.pronargdefaults::text as defaults,
         (select coalesce(json_agg(json_build_object(
                   'name', coalesce(p.proargnames[a.i], ''), 'type', format_type(a.type, null),
                   'mode', coalesce(p.proargmodes[a.i]::text, 'i')) order by a.i), '[]')
            from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]))
              with ordinality as a(type, i)
         )::text as arguments
    from pg_catalog.pg_proc p
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    join pg_catalog.pg_type t on t.oid = p.prorettype
    left join pg_catalog.pg_type b on b.oid = nullif(t.typbasetype, 0)
   where n.nspname = $1 and p.proname = $2 and p.prokind = 'f'
     and p.prorettype <> 'trigger'::regtype
   order by p.oid`;

interface RoutineRow {
  schema: string;
  name: string;
  volatility: string;
  returns_set: string;
  returns_void: string;
  composite: string;
  type_oid: string;
  settings: string;
  defaults: string;
  arguments: string;
}

function toRoutine(row: RoutineRow): Routine {
  const all: { name: string; type: string; mode: string }[] = JSON.parse(
    row.arguments,
  );
  const inputs = all.filter((argument) => "ibv".includes(argument.mode));
  const firstDefault = inputs.length - Number(row.defaults);
  return {
    schema: row.schema,
    name: row.name,
    volatility: row.volatility,
    returnsSet: row.returns_set === "true",
    returnsVoid: row.returns_void === "true",
    composite: row.composite === "true",
    parameters: inputs.map((argument, i) => ({
      name: argument.name,
      type: argument.type,
      required: i < firstDefault,
      variadic: argument.mode === "v",
    })),
    outputs: all.filter((argument) => "otb".includes(argument.mode)),
    settings: JSON.parse(row.settings),
    typeOid: row.type_oid,
  };
}

async function routinesNamed(
  tx: Transaction,
  schema: string,
  name: string,
): Promise<Routine[]> {
  const rows = await run<RoutineRow>(tx, routineQuery, [schema, name]);
  return rows.map(toRoutine);
}

function matches(routine: Routine, names: Set<string>): boolean {
  const { parameters } = routine;
  return parameters.every((parameter) =>
    !parameter.required || names.has(parameter.name)
  ) &&
    [...names].every((name) =>
      parameters.some((parameter) => parameter.name === name)
    ) &&
    parameters.every((parameter) => parameter.name !== "");
}

function takesWholeBody(routine: Routine): boolean {
  const [only, ...rest] = routine.parameters;
  return rest.length === 0 && only !== undefined && only.name === "" &&
    (only.type === "json" || only.type === "jsonb");
}

async function notFound(
  tx: Transaction,
  schema: string,
  name: string,
  names: string[],
  post: boolean,
  overloads: Routine[],
): Promise<ApiError> {
  const full = `${schema}.${name}`;
  const list = names.join(", ");
  const searched = names.length === 0
    ? " without parameters"
    : ` with parameter${names.length > 1 ? "s" : ""} ${list}`;
  let near: string | null;
  if (overloads.length > 0) {
    const signatures = overloads.map((routine) =>
      `(${
        routine.parameters.map((parameter) => parameter.name).sort().join(", ")
      })`
    );
    near = closest(`(${list})`, signatures, 0.33);
    near = near && name + near;
  } else {
    const rows = await run<{ name: string }>(
      tx,
      `select distinct proname::text as name from pg_catalog.pg_proc
        where pronamespace = to_regnamespace(quote_ident($1)) and prokind = 'f'
          and prorettype <> 'trigger'::regtype order by 1`,
      [schema],
    );
    near = closest(name, rows.map((row) => row.name), 0.75);
  }
  return new ApiError(
    404,
    "PGRST202",
    `Could not find the function ${full}${
      names.length === 0 ? " without parameters" : `(${list})`
    } in the schema cache`,
    `Searched for the function ${full}${searched}${
      post ? " or with a single unnamed json/jsonb parameter" : ""
    }, but no matches were found in the schema cache.`,
    near && `Perhaps you meant to call the function ${schema}.${near}`,
  );
}

function ambiguous(routines: Routine[]): ApiError {
  const signatures = routines.map((routine) =>
    `${routine.schema}.${routine.name}(${
      routine.parameters.map((parameter) =>
        `${parameter.name} => ${parameter.type}`
      ).join(", ")
    })`
  );
  return new ApiError(
    300,
    "PGRST203",
    `Could not choose the best candidate function between: ${
      signatures.join(", ")
    }`,
    null,
    "Try renaming the parameters or the function itself in the database so function overloading can be resolved",
  );
}

/**
 * Finds the one function that a call means.
 *
 * @param names the names of the arguments
 * @param post a POST may also mean a function of one unnamed json parameter, which gets the whole body
 * @returns the function, and whether it gets the whole body
 * @throws ApiError 404 PGRST202 when none fits, 300 PGRST203 when several do
 */
export async function findRoutine(
  tx: Transaction,
  schema: string,
  name: string,
  names: string[],
  post: boolean,
): Promise<{ routine: Routine; wholeBody: boolean }> {
  const overloads = await routinesNamed(tx, schema, name);
  const given = new Set(names);
  const fitting = overloads.filter((routine) => matches(routine, given));
  if (fitting.length === 1) return { routine: fitting[0], wholeBody: false };
  if (fitting.length > 1) throw ambiguous(fitting);
  const whole = post ? overloads.filter(takesWholeBody) : [];
  if (whole.length === 1) return { routine: whole[0], wholeBody: true };
  if (whole.length > 1) throw ambiguous(whole);
  throw await notFound(tx, schema, name, [...given].sort(), post, overloads);
}

/** The columns of the rows that a function returns; none for scalars and untyped records. */
export function routineColumns(
  tx: Transaction,
  routine: Routine,
): Promise<Column[]> | Column[] {
  if (!routine.composite) return [];
  return routine.outputs.length > 0
    ? routine.outputs
    : rowTypeColumns(tx, routine.typeOid);
}
