import type { Sql } from "../database/sql.ts";
import type { LoadLimits } from "../results/load_limits.ts";
import type { Rpc } from "../database/rpc.ts";
import type { Log } from "../log.ts";
import type { PostOptions } from "../webhooks/post.ts";
import type { AmcClients } from "./amc_clients.ts";

/** What a tick works with. */
export interface Collector {
  rpc: Rpc;
  sql: Sql;
  clients: AmcClients;
  log: Log;
  /** How large segments, calls and results may be; absent: the defaults. */
  limits?: LoadLimits;
  /** How webhooks are called; absent: by https and in the public internet alone. */
  webhooks?: Partial<PostOptions>;
  /** A clock that never jumps, in milliseconds. */
  now(): number;
  /** Marks a named point at which a test may stop the worker. Outside tests it does nothing. */
  checkpoint(point: string): Promise<void>;
}
