import "./pg_versions.ts";
// @ts-types="./pg.d.ts"
import { Client, type ClientConfig, Pool, type PoolClient } from "pg";
import { copyInto } from "./copy.ts";
import { sqlStateOf } from "./errors.ts";
import { explainNoTls, tlsFor, type TlsSettings } from "./tls.ts";

const MAX_SESSIONS = 2;
const IDLE_TIMEOUT_MS = 60_000;
const CONNECT_TIMEOUT_MS = 15_000;
const KEEP_ALIVE_MS = 30_000;
/** Of one statement; a load sets its own. */
const STATEMENT_TIMEOUT_MS = 30_000;

/**
 * Sends one statement, written as a template. Its values travel as parameters: arrays as Postgres arrays, all else as text,
 * so JSON is given as text. No statement is prepared, since the pooled address of a project does not keep them.
 *
 * @returns the rows
 * @throws an error with the SQLSTATE in `code`; without one if there was no answer
 */
export interface Query {
  <Row extends object>(
    text: TemplateStringsArray,
    ...values: unknown[]
  ): Promise<Row[]>;
}

/** Sends statements of one transaction. */
export interface Transaction extends Query {
  /**
   * Sends bytes to a COPY as they come, no faster than Postgres takes them.
   *
   * @param statement COPY … FROM STDIN
   * @throws what the bytes threw, or what Postgres refused
   */
  copy(statement: string, bytes: AsyncIterable<Uint8Array>): Promise<void>;
}

/** A direct connection to Postgres, for what must not go through the API: credentials and the bytes of results. */
export interface Sql extends Query {
  /**
   * Does some work in a transaction, and commits it.
   *
   * @returns what the work returned
   * @throws what the work threw, after all was rolled back
   */
  begin<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** Ends the sessions, each as soon as its work is done. */
  end(): Promise<void>;
}

/**
 * Opens a direct connection as the role postgres: at most two sessions, opened when they are needed and closed after a
 * minute without work. A session that is lost fails the work that it was doing, and nothing else.
 *
 * @param url SUPABASE_DB_URL. On the hosted platform it leads to the database itself at port 5432, which takes connections
 *   without TLS too, unless the project enforces SSL; so it is this side that must ask for TLS
 * @param tls what was set about TLS; absent: it is required unless the address is loopback
 * @throws TypeError if it is not the URL of a Postgres database
 */
export function openSql(url: string, tls: TlsSettings = {}): Sql {
  const pool = new Pool({
    ...configOf(url, tls),
    max: MAX_SESSIONS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    Client: ImpatientClient,
  });
  // A loss comes as an event too, which would end the process if nobody listened.
  pool.on("error", () => {});
  pool.on("connect", (client) => {
    client.on("error", (error) => {
      if (!losses.has(client)) losses.set(client, error);
    });
  });
  return Object.assign(queryOn(pool), {
    begin: <T>(work: (transaction: Transaction) => Promise<T>) =>
      inTransaction(pool, work),
    end: () => pool.end(),
  });
}

/** Why a session was lost: while it waits between two statements, the next one would only be told that it is. */
const losses = new WeakMap<object, Error>();

/** Gives up connecting after a while. The pool's own limit would also count the time that a statement waits for a session. */
class ImpatientClient extends Client {
  constructor(config: ClientConfig) {
    // The pool hides the password from whatever lists what is in its configuration.
    const { password } = config;
    super({
      ...config,
      password,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    });
  }
}

function configOf(text: string, tls: TlsSettings): ClientConfig {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol) || !url.hostname) {
    throw new TypeError(
      "SUPABASE_DB_URL: expected the URL of a Postgres database, postgresql://user:password@host:port/database.",
    );
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)) || "postgres",
    ssl: tlsFor(url, tls),
    application_name: "amc-history",
    statement_timeout: STATEMENT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
  };
}

function queryOn(on: Pool | PoolClient): Query {
  return async <Row extends object>(
    [first, ...more]: TemplateStringsArray,
    ...values: unknown[]
  ) => {
    const text = more.reduce((all, part, n) => `${all}$${n + 1}${part}`, first);
    try {
      const { rows } = await on.query(text, values);
      return rows as Row[];
    } catch (error) {
      throw reasonOf(on, error);
    }
  };
}

/** What the server said, or why the session was lost. */
function reasonOf(on: object, error: unknown): unknown {
  if (sqlStateOf(error) !== null) return error;
  return losses.get(on) ?? explainNoTls(error);
}

async function inTransaction<T>(
  pool: Pool,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  const client = await pool.connect().catch((error) => {
    throw explainNoTls(error);
  });
  const query = queryOn(client);
  let usable = true;
  try {
    await query`begin`;
    const result = await work(Object.assign(query, {
      copy: (statement: string, bytes: AsyncIterable<Uint8Array>) =>
        copyInto(client, statement, bytes),
    }));
    await query`commit`;
    return result;
  } catch (error) {
    usable = await query`rollback`.then(() => true, () => false);
    throw error;
  } finally {
    client.release(!usable);
  }
}
