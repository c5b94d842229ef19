/**
 * Stand-in for PostgREST's schema cache: relations, their columns and foreign keys.
 *
 * PostgREST caches the catalog and is told when it changes. Here the few rows that a request needs are
 * read in its own transaction, by name: it is quick, and it is never out of date while a schema is being
 * worked on. Identifiers in SQL come from these rows alone, never from a request.
 */
import { ApiError } from "./errors.ts";
import { run, type Transaction } from "./database.ts";
import { closest } from "./hints.ts";

/** A column: its name and its type as SQL writes it. */
export interface Column {
  name: string;
  type: string;
}

/** A table, view, materialised view, foreign or partitioned table. */
export interface Relation {
  oid: string;
  schema: string;
  name: string;
  columns: Column[];
}

/** A foreign key from one relation to another, column by column. */
export interface ForeignKey {
  constraint: string;
  /** True when the key is on the relation that was asked about: many-to-one. */
  toOne: boolean;
  target: Relation;
  columns: string[];
  targetColumns: string[];
}

const relationQuery = `
  select c.oid::text as oid, n.nspname::text as schema, c.relname::text as name,
         coalesce(json_agg(json_build_object('name', a.attname,
           'type', format_type(a.atttypid, a.atttypmod)) order by a.attnum)
           filter (where a.attname is not null), '[]')::text as columns
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
   where c.relkind in ('r', 'v', 'm', 'f', 'p')`;

interface RelationRow {
  oid: string;
  schema: string;
  name: string;
  columns: string;
}

function toRelation(row: RelationRow): Relation {
  return { ...row, columns: JSON.parse(row.columns) };
}

/**
 * Finds a relation of an exposed schema by name.
 *
 * @throws ApiError 404 PGRST205 with a hint when there is none
 */
export async function findRelation(
  tx: Transaction,
  schema: string,
  name: string,
): Promise<Relation> {
  const rows = await run<RelationRow>(
    tx,
    `${relationQuery} and n.nspname = $1 and c.relname = $2 group by c.oid, n.nspname, c.relname`,
    [schema, name],
  );
  if (rows.length > 0) return toRelation(rows[0]);
  const names = await run<{ name: string }>(
    tx,
    `select c.relname::text as name from pg_catalog.pg_class c
      where c.relnamespace = to_regnamespace(quote_ident($1)) and c.relkind in ('r', 'v', 'm', 'f', 'p')
      order by 1`,
    [schema],
  );
  const near = closest(name, names.map((row) => row.name), 0.75);
  throw new ApiError(
    404,
    "PGRST205",
    `Could not find the table '${schema}.${name}' in the schema cache`,
    null,
    near && `Perhaps you meant the table '${schema}.${near}'`,
  );
}

/** The columns of a row type, such as the one that a function returns. */
export async function rowTypeColumns(
  tx: Transaction,
  typeOid: string,
): Promise<Column[]> {
  return await run<Column>(
    tx,
    `select a.attname::text as name, format_type(a.atttypid, a.atttypmod) as type
       from pg_catalog.pg_type t
       join pg_catalog.pg_attribute a on a.attrelid = t.typrelid and a.attnum > 0
        and not a.attisdropped
      where t.oid = $1::text::oid order by a.attnum`,
    [typeOid],
  );
}

/**
 * The columns of relations $1 and $2 with the columns of tables that they are: a view's bare columns have the keys of the
 * tables below it, as PostgREST reads it from the view's rule.
 */
const sources = `
  with recursive source (relation, name, base, attnum) as (
    select c.oid, a.attname::text, c.oid, a.attnum
      from pg_catalog.pg_class c
      join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.oid in ($1::text::oid, $2::text::oid)
    union
    select s.relation, s.name, m[2]::oid, m[3]::int2
      from source s
      join pg_catalog.pg_rewrite r on r.ev_class = s.base and r.ev_type = '1'
      cross join regexp_matches(r.ev_action::text,
        ':resno (\\d+) :resname (?:\\\\.|\\S)+ :ressortgroupref \\d+ :resorigtbl (\\d+) :resorigcol (\\d+)', 'g') m
     where m[1] = s.attnum::text and m[2] <> '0'
  )`;

/** The names that the columns of a table's primary key have in a relation; none where it lacks one of them. */
export async function primaryKey(
  tx: Transaction,
  relation: Relation,
): Promise<string[]> {
  const rows = await run<{ names: string }>(
    tx,
    `${sources}
     select f.names::text
       from pg_catalog.pg_constraint k
       cross join lateral (
         select json_agg(s.name order by p.i) as names, count(*) as columns
           from generate_subscripts(k.conkey, 1) as p(i)
           join source s on s.base = k.conrelid and s.attnum = k.conkey[p.i]) f
      where k.contype = 'p' and k.conrelid in (select base from source) and f.columns = cardinality(k.conkey)`,
    [relation.oid, relation.oid],
  );
  return rows.length === 1 ? JSON.parse(rows[0].names) : [];
}

/** The foreign keys between a relation and the one named `target`, in both directions. */
export async function foreignKeysBetween(
  tx: Transaction,
  relation: Relation,
  target: string,
): Promise<ForeignKey[]> {
  const targets = await run<RelationRow>(
    tx,
    `${relationQuery} and n.nspname = $1 and c.relname = $2 group by c.oid, n.nspname, c.relname`,
    [relation.schema, target],
  );
  if (targets.length === 0) return [];
  const found = toRelation(targets[0]);
  const rows = await run<{ name: string; from: string; keys: string }>(
    tx,
    `${sources},
     ends as (select $1::text::oid as near, $2::text::oid as far
              union select $2::text::oid, $1::text::oid)
     select k.conname::text as name, e.near::text as from, f.keys::text
       from pg_catalog.pg_constraint k
       cross join ends e
       cross join lateral (
         select json_agg(json_build_array(a.name, b.name) order by p.i) as keys, count(*) as columns
           from generate_subscripts(k.conkey, 1) as p(i)
           join source a on a.relation = e.near and a.base = k.conrelid and a.attnum = k.conkey[p.i]
           join source b on b.relation = e.far and b.base = k.confrelid and b.attnum = k.confkey[p.i]) f
      where k.contype = 'f' and k.conrelid in (select base from source) and f.columns = cardinality(k.conkey)
      order by k.conname`,
    [relation.oid, found.oid],
  );
  return rows.map((row) => {
    const keys: [string, string][] = JSON.parse(row.keys);
    const toOne = row.from === relation.oid;
    const [near, far] = toOne ? [0, 1] : [1, 0];
    return {
      constraint: row.name,
      toOne,
      target: found,
      columns: keys.map((pair) => pair[near]),
      targetColumns: keys.map((pair) => pair[far]),
    };
  });
}
