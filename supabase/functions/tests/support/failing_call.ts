// Lets a step of the worker's meet an error of AMC's, and keeps what it makes of it.
import assert from "node:assert/strict";
import type { AmcClient } from "../../_shared/amc/mod.ts";
import type { Collector } from "../../_shared/collector/collector.ts";
import type { Rpc } from "../../_shared/database/rpc.ts";
import type { Sql } from "../../_shared/database/sql.ts";
import type { AmcCall } from "./amc_calls.ts";

/** What the database is told of an error: the function, its code, and for how many seconds. */
export type Told = [name: string, code: string, seconds: number | undefined];

/** What a step did when a call to AMC failed. */
interface Met {
  /** What it told of the error. */
  told: Told[];
  /** The database's functions that it called. */
  calls: string[];
  /** The errors that it logged. */
  failures: string[];
}

/** Works on the claims with a client of which one method, or which itself, fails. */
export async function meet(
  { step, method, claims, columns = false }: AmcCall,
  make: () => Error,
  withoutClient = false,
): Promise<Met> {
  const met: Met = { told: [], calls: [], failures: [] };
  const client = clientWithout(method, make);
  const query = (text: TemplateStringsArray) =>
    Promise.resolve(
      text.join("").includes("needs_output_columns") ? [{ columns }] : [],
    );
  const collector: Collector = {
    rpc: databaseThat(claims, met),
    sql: Object.assign(query, {
      begin: () => Promise.resolve(),
      end: () => Promise.resolve(),
    }) as object as Sql,
    clients: {
      of: () =>
        withoutClient ? Promise.reject(make()) : Promise.resolve(client),
      forget: () => {},
      tryCredential: () => Promise.resolve(),
    },
    log: (level, event) => void (level === "error" && met.failures.push(event)),
    now: () => 0,
    checkpoint: () => Promise.resolve(),
  };
  await step(collector);
  return met;
}

/** A database that hands out claims, and keeps what it is told. */
function databaseThat(claims: object, { told, calls }: Met): Rpc {
  const answers: Record<string, unknown> = {
    record_listing: { outcome: "recorded", known_execution_ids: [] },
    ...claims,
  };
  const rpc = (name: string, args: Record<string, unknown>) => {
    calls.push(name);
    if (args.instance_id !== undefined && name === "pause_instance") {
      told.push([
        name,
        args.reason as string,
        args.retry_after_seconds as number | undefined,
      ]);
    }
    if (name === "report_credential_failure") {
      assert.equal(args.credential_version, 3);
      told.push([name, args.code as string, undefined]);
    }
    return Promise.resolve(answers[name] ?? { outcome: "applied" });
  };
  return rpc as Rpc;
}

/** A client of which one method fails. */
function clientWithout(
  method: keyof AmcClient,
  make: () => Error,
): AmcClient {
  const answers: Partial<Record<keyof AmcClient, unknown>> = {
    listExecutions: {
      executions: [],
      skipped: [],
      reasons: [],
      complete: true,
    },
    getExecution: undefined,
    cancelExecution: undefined,
    ensureWorkflow: { created: true, requestId: null },
    downloadUrls: {
      urls: ["https://results.test/e"],
      files: ["https://results.test/e"],
      metadataUrls: [],
    },
    openResult: undefined,
  };
  const methods = Object.entries(answers).map(([name, answer]) => [
    name,
    () => name === method ? Promise.reject(make()) : Promise.resolve(answer),
  ]);
  return Object.fromEntries(methods) as object as AmcClient;
}
