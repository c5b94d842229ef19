/**
 * AMC simulator: what it accepted and what it was asked. Both logs share one order, so that a test can prove
 * what came first. Neither holds tokens, secrets, signatures or bodies. `at` is the machine's clock, which a
 * test can compare with a database on the same machine; the simulator's own clock may be elsewhere.
 */
import type { Execution, Operation } from "./types.ts";

/** A create that AMC accepted: an execution exists, whatever response the client got. */
export interface LedgerEntry {
  order: number;
  /** The machine's clock, ISO 8601. */
  at: string;
  executionId: string;
  instanceId: string;
  workflowId: string;
  windowStart: string | null;
  windowEnd: string | null;
  timeZone: string;
  timeoutSeconds: number;
  /** Whether the create said `dryRun`. */
  dryRun: boolean;
  /** What the client got: "200", or "504", "dropped", "held back", "200 without id" and so on. */
  answered: string;
}

/** A request as it arrived, completed when it was answered. */
export interface RequestEntry {
  order: number;
  /** The machine's clock on arrival, ISO 8601. */
  at: string;
  method: string;
  /** The path without query. */
  path: string;
  /** The query of an API request; null for signed links, whose query is a secret. */
  query: string | null;
  operation: Operation;
  instanceId: string | null;
  executionId: string | null;
  /** The status sent; null: none was (dropped or held back), or not yet. */
  status: number | null;
  /** Names of the faults that applied to it. */
  faults: string[];
}

/** How many requests are kept, the newest ones; counts cover all. */
const REQUESTS_KEPT = 100_000;

/** The ledger and the request log of one simulator. */
export class Journal {
  #order = 0;
  #ledger: LedgerEntry[] = [];
  #requests: RequestEntry[] = [];
  #counts = new Map<Operation, number>();

  /** All accepted creates, in order. */
  ledger(): LedgerEntry[] {
    return this.#ledger.map((entry) => ({ ...entry }));
  }

  /** The requests that are kept, in order of arrival, of one operation or of all. */
  requests(operation?: Operation): RequestEntry[] {
    return this.#requests
      .filter((entry) =>
        operation === undefined || entry.operation === operation
      )
      .map((entry) => ({ ...entry, faults: [...entry.faults] }));
  }

  /** Requests since the start, per operation. */
  counts(): Partial<Record<Operation, number>> {
    return Object.fromEntries(this.#counts);
  }

  /** Records a request that has arrived; the caller completes the entry. */
  arrived(
    request: Pick<RequestEntry, "method" | "path" | "query" | "operation">,
    params: { instanceId?: string; executionId?: string },
  ): RequestEntry {
    const entry: RequestEntry = {
      order: ++this.#order,
      at: new Date().toISOString(),
      ...request,
      instanceId: params.instanceId ?? null,
      executionId: params.executionId ?? null,
      status: null,
      faults: [],
    };
    this.#requests.push(entry);
    if (this.#requests.length > REQUESTS_KEPT * 1.1) {
      this.#requests = this.#requests.slice(-REQUESTS_KEPT);
    }
    this.#counts.set(
      request.operation,
      (this.#counts.get(request.operation) ?? 0) + 1,
    );
    return entry;
  }

  /** Takes over the ledger of an earlier simulator. */
  restore(ledger: LedgerEntry[]): void {
    this.#ledger = [...ledger];
    this.#order = Math.max(0, ...ledger.map(({ order }) => order));
  }

  /** Records an accepted create; `answered` is filled in once the response is decided. */
  accepted(execution: Execution): LedgerEntry {
    const entry: LedgerEntry = {
      order: ++this.#order,
      at: new Date().toISOString(),
      executionId: execution.executionId,
      instanceId: execution.instanceId,
      workflowId: execution.workflowId,
      windowStart: execution.windowStart,
      windowEnd: execution.windowEnd,
      timeZone: execution.timeZone,
      timeoutSeconds: execution.timeoutSeconds,
      dryRun: execution.dryRunAsked,
      answered: "not yet",
    };
    this.#ledger.push(entry);
    return entry;
  }
}
