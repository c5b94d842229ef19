/**
 * Stand-in for PostgREST: what of an exposed schema the caller has a right to, for the description of the API.
 *
 * Run after the transaction has become the caller: privileges are asked of the current role.
 */
import { run, type Transaction } from "./database.ts";

/** A column; types are named without their modifiers. */
export interface DescribedColumn {
  name: string;
  type: string;
  nullable: boolean;
  /** The default's expression as SQL, or null. */
  default: string | null;
  /** The most characters, or null. */
  maxLength: number | null;
  description: string | null;
  /** The values of an enum type, or null. */
  values: string[] | null;
  primaryKey: boolean;
  /** The column that a foreign key of this column alone refers to, or null. */
  references: { table: string; column: string } | null;
}

/** A table or view with its columns in order. */
export interface DescribedTable {
  name: string;
  description: string | null;
  /** Whether rows can be inserted, updated or deleted: by its kind, whatever the caller's privileges are. */
  writable: boolean;
  columns: DescribedColumn[];
}

/** A function's parameter. */
export interface DescribedParameter {
  name: string;
  type: string;
  required: boolean;
  variadic: boolean;
}

/** A function with its input parameters in order. */
export interface DescribedFunction {
  name: string;
  description: string | null;
  volatile: boolean;
  parameters: DescribedParameter[];
}

/** All that the caller may see of a schema, each list by name. */
export interface Described {
  /** The comment on the schema, or null. */
  description: string | null;
  tables: DescribedTable[];
  functions: DescribedFunction[];
}

const columns = `
  select json_agg(json_build_object(
           'name', a.attname,
           'type', format_type(coalesce(nullif(t.typbasetype, 0), t.oid), null),
           'nullable', not (a.attnotnull or t.typnotnull),
           'default', pg_get_expr(d.adbin, d.adrelid),
           'maxLength', information_schema._pg_char_max_length(
             information_schema._pg_truetypid(a.*, t.*), information_schema._pg_truetypmod(a.*, t.*)),
           'description', col_description(c.oid, a.attnum),
           'values', (select json_agg(e.enumlabel order by e.enumsortorder)
                        from pg_enum e where e.enumtypid = coalesce(nullif(t.typbasetype, 0), t.oid)),
           'primaryKey', exists (select from pg_constraint k
                                  where k.conrelid = c.oid and k.contype = 'p' and a.attnum = any (k.conkey)),
           'references', (select json_build_object('table', f.relname, 'column', fa.attname)
                            from pg_constraint k
                            join pg_class f on f.oid = k.confrelid and f.relnamespace = c.relnamespace
                            join pg_attribute fa on fa.attrelid = f.oid and fa.attnum = k.confkey[1]
                           where k.conrelid = c.oid and k.contype = 'f' and k.conkey = array[a.attnum]
                           order by k.conname limit 1))
         order by a.attnum)
    from pg_attribute a
    join pg_type t on t.oid = a.atttypid
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum and a.attgenerated = ''
   where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped`;

// 4, 8 and 16: an update, an insert or a delete is possible, by itself or with a trigger instead of it.
const tables = `
  select json_agg(json_build_object(
           'name', c.relname, 'description', obj_description(c.oid, 'pg_class'),
           'writable', pg_relation_is_updatable(c.oid, true) & 28 <> 0,
           'columns', coalesce((${columns}), '[]'))
         order by c.relname)
    from pg_class c
   where c.relnamespace = n.oid and c.relkind in ('r', 'v', 'm', 'f', 'p') and not c.relispartition
     and (pg_has_role(c.relowner, 'usage')
       or has_table_privilege(c.oid, 'select, insert, update, delete, truncate, references, trigger')
       or has_any_column_privilege(c.oid, 'select, insert, update, references'))`;

const parameters = `
  select json_agg(json_build_object(
           'name', coalesce(p.proargnames[i.place], ''), 'type', format_type(i.type, null),
           'required', i.number <= p.pronargs - p.pronargdefaults, 'variadic', i.mode = 'v')
         order by i.number)
    from (select a.type, a.place, m.mode, row_number() over (order by a.place) as number
            from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality as a(type, place)
           cross join lateral (select coalesce(p.proargmodes[a.place]::text, 'i') as mode) m
           where m.mode in ('i', 'b', 'v')) i`;

// A function whose parameters have no names can be called only when it takes a whole body.
const functions = `
  select json_agg(json_build_object(
           'name', p.proname, 'description', obj_description(p.oid, 'pg_proc'),
           'volatile', p.provolatile = 'v', 'parameters', coalesce((${parameters}), '[]'))
         order by p.proname, p.oid)
    from pg_proc p
   where p.pronamespace = n.oid and p.prokind = 'f' and p.prorettype <> 'trigger'::regtype
     and has_function_privilege(p.oid, 'execute')
     and (p.pronargs = 0
       or cardinality(array_remove(p.proargnames[1:p.pronargs], '')) = p.pronargs
       or p.pronargs = 1 and p.proargtypes[0] in ('json'::regtype, 'jsonb'::regtype))`;

/**
 * Reads what the current role may see of a schema.
 *
 * A view's columns have no keys here: PostgREST traces them to the tables behind the view.
 */
export async function describedObjects(
  tx: Transaction,
  schema: string,
): Promise<Described> {
  // With nothing in the search path, types outside pg_catalog are named with their schema.
  await run(tx, "select set_config('search_path', '', true)");
  const [row] = await run<{ described: string }>(
    tx,
    `select json_build_object('description', obj_description(n.oid, 'pg_namespace'),
              'tables', coalesce((${tables}), '[]'),
              'functions', coalesce((${functions}), '[]'))::text as described
       from pg_namespace n where n.nspname = $1`,
    [schema],
  );
  return JSON.parse(row.described);
}
