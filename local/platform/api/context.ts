/**
 * Stand-in for PostgREST: what the requests under `/rest/v1` are handled with.
 */
import type { Caller } from "./caller.ts";
import type { Database } from "./database.ts";
import type { Tokens } from "./tokens.ts";

/** What all requests under `/rest/v1` share. */
export interface RestOptions {
  database: Database;
  tokens: Tokens;
  /** The exposed schemas; the first is the default. */
  schemas: string[];
  /** How many rows one response has at most; 1000 on a hosted project. */
  maxRows: number;
}

/** What one request is handled with. */
export interface RestContext {
  database: Database;
  caller: Caller;
  schema: string;
  maxRows: number;
}
