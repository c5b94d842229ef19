import type { Sql } from "../database/sql.ts";
import type { LoadLimits } from "../results/load_limits.ts";
import type { Rpc } from "../database/rpc.ts";
import type { Log } from "../log.ts";
import type { AmcClients } from "./amc_clients.ts";

/** What a tick works with. */
export interface Collector {
  rpc: Rpc;
  sql: Sql;
  clients: AmcClients;
  log: Log;
  /** How much is loaded at once, and how much at most; absent: the defaults. */
  limits?: LoadLimits;
  /** A clock that never jumps, in milliseconds. */
  now(): number;
  /** Named points at which a test may stop the process; elsewhere it does nothing. */
  checkpoint(point: string): Promise<void>;
}
