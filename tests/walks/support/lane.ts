import { pipeline } from "node:stream/promises";
import postgres from "postgres";
import type {
  Query,
  Sql,
  Transaction,
} from "../../../supabase/functions/_shared/database/sql.ts";
import type { Rpc } from "../../../supabase/functions/_shared/database/rpc.ts";
import { withDatabase } from "../../support/with_database.ts";
import { HEADER } from "./client.ts";
import type { Gate } from "./gate.ts";

/** The instance, the owner and the workflow of every walk. */
export const INSTANCE = "amcwalk1";
/** When every walk begins. */
export const BEGIN = Date.parse("2025-06-02T12:00:00Z");

/** The weeks of the collection that every walk begins with. */
const WEEKS = 3;
const OWNER = "a0000000-0000-4000-8000-000000000001";

interface Signature {
  name: string;
  isSet: boolean;
  isVoid: boolean;
  types: Record<string, string>;
}

/**
 * One session on a database of its own, in which walks follow each other: each in a transaction that is rolled back.
 */
export class Lane {
  readonly #sql: postgres.Sql;
  readonly #signatures: Map<string, Signature>;
  /** Errors that the database raised where none is expected. */
  raised: unknown[] = [];
  workflow = "";
  /** Which credential is stored. */
  credential = 0;

  constructor(sql: postgres.Sql, signatures: Map<string, Signature>) {
    this.#sql = sql;
    this.#signatures = signatures;
  }

  /** Runs SQL as the walk itself. */
  get sql(): postgres.Sql {
    return this.#sql;
  }

  /** Begins a walk. All random numbers of the database follow from the seed. */
  async begin(seed: number): Promise<void> {
    this.raised = [];
    await this.#sql.unsafe("begin; set local role service_role");
    await this.#sql`select setseed(${(seed % 1_000_000) / 1_000_000})`;
    await this.setClock(BEGIN);
    await this.#readCredential();
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
      throw error;
    }
  }

  async #readCredential(): Promise<void> {
    const [{ version }] = await this
      .#sql`select credential_version as version from public.amc_instances`;
    this.credential = version;
  }

  /** Stores another credential, if the stored one was refused. */
  async reconnect(): Promise<void> {
    await this
      .#sql`update public.amc_instances set paused_until = null, credential_version = credential_version + 1
      where paused_until = 'infinity'`;
    await this.#readCredential();
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
    ) => await pipeline(bytes, await this.#sql.unsafe(statement).writable());
    return Object.assign(query, { copy });
  }

  /** Works as role postgres; an error rolls back this work alone. */
  async #apart<T>(work: () => PromiseLike<T>): Promise<T> {
    await this.#sql.unsafe("savepoint apart; set local role postgres");
    try {
      const done = await work();
      // A loader's timeouts, which end with its transaction, would go on for the rest of the walk.
      await this.#sql.unsafe(
        `release savepoint apart; set local role service_role;
        set local idle_in_transaction_session_timeout = 0;
        set local statement_timeout = 0;
        set local lock_timeout = 0`,
      );
      return done;
    } catch (error) {
      await this.#sql.unsafe("rollback to apart; release savepoint apart");
      throw error;
    }
  }

  /** Makes a collection of the newest weeks. */
  async collect(weeks: number, key: string): Promise<void> {
    await this.call("create_collection", {
      owner_id: OWNER,
      instance_id: INSTANCE,
      workflow_id: this.workflow,
      weeks,
      idempotency_key: key,
    });
  }
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

/** Opens a lane on a database of its own for some work. */
export async function withLane<T>(
  work: (lane: Lane) => Promise<T>,
): Promise<T> {
  return await withDatabase(async ({ url }) => {
    const sql = postgres(url, {
      max: 1,
      onnotice: () => {},
      types: { jsonAsText: JSON_AS_TEXT },
    });
    try {
      const lane = new Lane(sql, await readSignatures(sql));
      lane.workflow = await prepare(sql);
      await lane.begin(0);
      await lane.collect(WEEKS, "first");
      await sql.unsafe("commit");
      return await work(lane);
    } finally {
      await sql.end({ timeout: 5 });
    }
  });
}

async function readSignatures(sql: postgres.Sql) {
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

/** Makes what all walks of a lane share, and lets ids follow from the seed, so that a replay is the same walk. */
async function prepare(sql: postgres.Sql): Promise<string> {
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
  await sql`insert into auth.users (id, email, email_confirmed_at) values (${OWNER}, 'owner@walks.test', now())`;
  await sql`select amc_history.connect_instance(${INSTANCE}, 'ENTITYWALK', 'ATVPDKIKX0DER', 'NA',
    '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}', 'owner@walks.test')`;
  const [{ id }] = await sql`
    select workflow_id as id
    from public.save_workflow(${INSTANCE}, 'Walk', 'select name, impressions from traffic')`;
  await sql`update public.amc_workflows set saved_at = '2025-01-01', checked_at = '2025-01-01'`;
  await sql`select amc_history.create_result_table(f, ${HEADER.split(",")})
    from public.amc_workflows f where f.id = ${id}`;
  return id;
}
