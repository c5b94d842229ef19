import { pipeline } from "node:stream/promises";
import postgres from "postgres";
import { DatabaseError } from "../../../supabase/functions/_shared/database/errors.ts";
import type { Rpc } from "../../../supabase/functions/_shared/database/rpc.ts";
import type {
  Query,
  Sql,
  Transaction,
} from "../../../supabase/functions/_shared/database/sql.ts";
import { withDatabase } from "../../support/with_database.ts";
import type { Gate } from "./gate.ts";

interface Signature {
  name: string;
  isSet: boolean;
  isVoid: boolean;
  types: Record<string, string>;
}

/** The database's functions by name. */
export type Signatures = Map<string, Signature>;

/**
 * One session on a database of its own, in which runs of a test follow each other: each in a transaction that is rolled back,
 * by a clock of its own.
 */
export class Session {
  readonly #sql: postgres.Sql;
  readonly #signatures: Signatures;
  /** Errors that the database raised where none is expected. */
  raised: unknown[] = [];

  constructor(sql: postgres.Sql, signatures: Signatures) {
    this.#sql = sql;
    this.#signatures = signatures;
  }

  /** Runs SQL as the test itself. */
  get sql(): postgres.Sql {
    return this.#sql;
  }

  /** Begins a run. All random numbers of the database follow from the seed. */
  async begin(seed: number, now: number): Promise<void> {
    this.raised = [];
    await this.#sql.unsafe("begin; set local role service_role");
    await this.#sql`select setseed(${(seed % 1_000_000) / 1_000_000})`;
    await this.setClock(now);
  }

  async end(): Promise<void> {
    await this.#sql.unsafe("rollback");
  }

  async setClock(now: number): Promise<void> {
    await this.#sql`select set_config('amc_history.clock', ${
      new Date(now).toISOString()
    }, true)`;
  }

  /** Calls one of the database's functions, as the API would. */
  async call(
    name: string,
    args: Record<string, unknown>,
  ): Promise<unknown> {
    const { isSet, isVoid, types } = this.#signatures.get(name)!;
    const given = Object.entries(args).filter(([, value]) =>
      value !== undefined
    );
    const list = given
      .map(([key], i) => `${key} => $${i + 1}::text::${types[key]}`).join(", ");
    const call = `public.${name}(${list})`;
    const query = isSet
      ? `select coalesce(jsonb_agg(to_jsonb(t)), '[]') as answer from ${call} t`
      : isVoid
      ? `select null as answer from (select ${call}) t`
      : `select to_jsonb(${call}) as answer`;
    try {
      const [{ answer }] = await this.#sql.unsafe(
        query,
        given.map(([key, value]) => asText(types[key], value)),
        { prepare: true },
      );
      return answer;
    } catch (error) {
      this.raised.push(new Error(`${name}: ${(error as Error).message}`));
      throw asDatabaseError(name, error);
    }
  }

  /** Calls one of the database's functions as a signed-in user. */
  async callAs(
    user: string,
    name: string,
    args: Record<string, unknown>,
  ): Promise<unknown> {
    const claims = JSON.stringify({ sub: user, role: "authenticated" });
    await this
      .#sql`select set_config('request.jwt.claims', ${claims}, true), set_config('role', 'authenticated', true)`;
    const answer = await this.call(name, args);
    await this
      .#sql`select set_config('request.jwt.claims', '', true), set_config('role', 'service_role', true)`;
    return answer;
  }

  /** Works as role postgres does, for jobs of the schedule and for what a test arranges. */
  async asPostgres<T>(work: () => PromiseLike<T>): Promise<T> {
    await this.#sql`select set_config('role', 'postgres', true)`;
    const done = await work();
    await this.#sql`select set_config('role', 'service_role', true)`;
    return done;
  }

  /** The collector's way to call the database's functions, through a gate. */
  rpc(gate: Gate): Rpc {
    return ((name: string, args: Record<string, unknown>) =>
      gate(name, () => this.call(name, args))) as Rpc;
  }

  /** The collector's direct connection, through a gate. A transaction passes the gate as a whole. */
  gatedSql(gate: Gate): Sql {
    const query: Query = (parts, ...values) =>
      gate(
        "begin_load",
        () => this.#apart(() => this.#transaction()(parts, ...values)),
      );
    const begin = <T>(work: (transaction: Transaction) => Promise<T>) =>
      gate("copy", () => this.#apart(() => work(this.#transaction())));
    return Object.assign(query, { begin, end: () => Promise.resolve() });
  }

  /** The loader's statements, within the walk's transaction. */
  #transaction(): Transaction {
    const query: Query = async <Row extends object>(
      parts: TemplateStringsArray,
      ...values: unknown[]
    ) => [...await this.#sql<Row[]>(parts, ...values as never[])];
    const copy = async (
      statement: string,
      bytes: AsyncIterable<Uint8Array>,
    ) => {
      const copying = this.#sql.unsafe(statement);
      const refused = refusalOf(copying);
      const sent = copying.writable().then((into) => pipeline(bytes, into));
      await Promise.race([sent, refused]);
    };
    return Object.assign(query, { copy });
  }

  /** Works as role postgres; an error rolls back this work alone. */
  async #apart<T>(work: () => PromiseLike<T>): Promise<T> {
    // What is not waited for travels with the statement that follows it.
    void this.#sql.unsafe("savepoint apart; set local role postgres").execute();
    try {
      const done = await work();
      // A loader's timeouts, which end with its transaction, would go on for the rest of the walk.
      void this.#sql.unsafe(
        `release savepoint apart; set local role service_role;
        set local idle_in_transaction_session_timeout = 0;
        set local statement_timeout = 0;
        set local lock_timeout = 0`,
      ).execute();
      return done;
    } catch (error) {
      await this.#sql.unsafe("rollback to apart; release savepoint apart");
      throw error;
    }
  }
}

/**
 * Rejects when the database refuses a statement. The driver's stream of a COPY does not tell, once all bytes are sent: its end
 * would be waited for in vain.
 */
function refusalOf(statement: object): Promise<never> {
  const query = statement as { reject(error: Error): void };
  const reject = query.reject.bind(query);
  const refused = new Promise<never>((_, refuse) => {
    query.reject = (error) => {
      refuse(error);
      reject(error);
    };
  });
  refused.catch(() => {});
  return refused;
}

/** As the API tells it. */
function asDatabaseError(name: string, error: unknown): DatabaseError {
  const { message, code = null, detail = null, hint = null } = error as {
    message: string;
    code?: string;
    detail?: string;
    hint?: string;
  };
  return new DatabaseError(message, code, detail, hint, 400, name);
}

function asText(type: string, value: unknown): string | null {
  if (value === null) return null;
  if (type.endsWith("[]")) return `{${(value as unknown[]).join(",")}}`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The collector gives JSON as text; this driver would make a JSON string of it. */
const JSON_AS_TEXT = {
  to: 3802,
  from: [],
  serialize: (value: unknown) =>
    typeof value === "string" ? value : JSON.stringify(value),
  parse: (text: string) => text,
};

/** Opens a session on a database of its own for some work. */
export async function withSession<T>(
  work: (sql: postgres.Sql, signatures: Signatures) => Promise<T>,
): Promise<T> {
  return await withDatabase(({ url }) => onDatabase(url, work));
}

/** Opens a session on a database that is there for some work. */
export async function onDatabase<T>(
  url: string,
  work: (sql: postgres.Sql, signatures: Signatures) => Promise<T>,
): Promise<T> {
  const sql = postgres(url, {
    max: 1,
    // The driver would open another connection after half an hour or more, in the middle of a walk's transaction.
    max_lifetime: null,
    onnotice: () => {},
    types: { jsonAsText: JSON_AS_TEXT },
    // Every run calls the same functions on a handful of rows: planning them anew would take longer than running them.
    connection: { plan_cache_mode: "force_generic_plan" },
  });
  try {
    await letIdsFollowFromSeed(sql);
    // A schema for temporary objects that came and went with each run would have every plan made again.
    await sql.unsafe("create temporary table kept ()");
    return await work(sql, await readSignatures(sql));
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function readSignatures(sql: postgres.Sql): Promise<Signatures> {
  const rows = await sql`
    select p.proname as name, p.proretset as is_set, p.prorettype = 'void'::regtype as is_void,
      p.proargnames[1 : cardinality(p.proargtypes)] as names,
      array(select t::regtype::text from unnest(p.proargtypes) with ordinality u(t, i) order by i) as types
    from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prokind = 'f'`;
  return new Map(rows.map((row) => {
    const types = Object.fromEntries(
      (row.names ?? []).map((name: string, i: number) => [name, row.types[i]]),
    );
    const { name, is_set, is_void } = row;
    return [name, { name, isSet: is_set, isVoid: is_void, types }];
  }));
}

/** So that a replay is the same run. */
async function letIdsFollowFromSeed(sql: postgres.Sql): Promise<void> {
  for (
    const table of [
      "report_data_collections",
      "report_data_weeks",
      "week_attempts",
      "result_loads",
    ]
  ) {
    await sql.unsafe(
      `alter table public.${table} alter column id set default md5(random()::text || random())::uuid`,
    );
  }
}
