import { connectionsExhausted } from "./cells/connections_exhausted.ts";
import { postgresRestart } from "./cells/postgres_restart.ts";
import { repeatedKills } from "./cells/repeated_kills.ts";
import { terminatedBackends } from "./cells/terminated_backends.ts";
import { workerCrash } from "./cells/worker_crash.ts";
import { isLongRun, weeksOfCell } from "./support/weeks.ts";

const CELLS: Record<string, (weeks: number) => Promise<void>> = {
  "the worker crashes at random moments": workerCrash,
  "Postgres is killed and started again in the middle": postgresRestart,
  "the functions' processes are killed every two seconds": repeatedKills,
  "sessions of the database are terminated all the time": terminatedBackends,
  "all connections are taken for seconds": connectionsExhausted,
};

/** Each cell has a world of its own and mostly waits: short ones run beside each other, long ones one by one. */
Deno.test({
  name: "weeks are collected once each, and none is lost, though",
  // Steps that run beside each other cannot tell whose resources are whose.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(context) {
    const weeks = weeksOfCell(20);
    const running: Promise<boolean>[] = [];
    for (const [name, cell] of Object.entries(CELLS)) {
      running.push(context.step({
        name,
        sanitizeOps: false,
        sanitizeResources: false,
        sanitizeExit: false,
        fn: () => cell(weeks),
      }));
      if (isLongRun()) await running.at(-1);
    }
    await Promise.all(running);
  },
});
