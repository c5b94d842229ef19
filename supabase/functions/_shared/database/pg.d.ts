/** What is used of npm:pg, which brings no types of its own; those of DefinitelyTyped would bring all of Node's. */

export interface ClientConfig {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  ssl: false | { rejectUnauthorized: boolean; ca?: string };
  application_name: string;
  /** Milliseconds. */
  statement_timeout: number;
  keepAlive: boolean;
  keepAliveInitialDelayMillis: number;
  connectionTimeoutMillis?: number;
}

export interface PoolConfig extends ClientConfig {
  max: number;
  idleTimeoutMillis: number;
  Client: typeof Client;
}

export interface QueryResult {
  rows: unknown[];
}

export class Client {
  constructor(config: ClientConfig);
  query(text: string, values?: unknown[]): Promise<QueryResult>;
  /** Submits a query object, such as a COPY, and returns it. */
  query<Query extends { submit: unknown }>(query: Query): Query;
  on(event: "error", listener: (error: Error) => void): this;
}

export interface PoolClient extends Client {
  /** Gives the session back; true ends it. */
  release(destroy?: boolean): void;
}

export class Pool {
  constructor(config: PoolConfig);
  connect(): Promise<PoolClient>;
  query(text: string, values?: unknown[]): Promise<QueryResult>;
  end(): Promise<void>;
  on(event: "connect", listener: (client: PoolClient) => void): this;
  on(event: "error", listener: (error: Error) => void): this;
}
