import {
  type AmcClient,
  type CreateOutcome,
  type CreateRequest,
  CredentialError,
  NotFoundError,
  ThrottledError,
  UnavailableError,
} from "../../../supabase/functions/_shared/amc/mod.ts";
import { StoredCredentialError } from "../../../supabase/functions/_shared/collector/stored_credentials.ts";
import { type Amc, type Fault, type Run } from "./amc.ts";
import type { Gate } from "./gate.ts";

/** Every file of a walk has this header. */
export const HEADER = "name,impressions";
const FILE = new TextEncoder().encode(`${HEADER}\nAlpha,1\nBeta,2\n`);

/** A create that was sent. */
type Sent =
  | { kind: "answered"; outcome: CreateOutcome }
  | { kind: "under way"; run: Run; lost: boolean };

const NO_PAGE = { kind: "page" as const, executions: [], nextToken: null };

/**
 * The client of a walk's AMC: each request goes through the worker's gate.
 *
 * @param credential the version of the credential that it uses
 */
export function createClient(
  amc: Amc,
  gate: Gate,
  credential: number,
): AmcClient {
  const read = <T>(name: string, act: () => T) =>
    gate(name, async () => {
      const trouble = amc.troubles.shift();
      if (trouble === "throttled") {
        throw new ThrottledError("Slow down", 20);
      } else if (trouble === "unavailable") {
        throw new UnavailableError("No answer");
      }
      return await act();
    });
  return {
    createExecution: async (request, { deadline }) => {
      const sent = await gate(
        "send",
        () => Promise.resolve(send(amc, request, deadline, credential)),
      );
      return await gate("answer", () => Promise.resolve(answer(amc, sent)));
    },
    listExecutions: ({ minCreationTime }) =>
      read("list", () => ({
        executions: amc.shown()
          .filter((run) => run.createdAt >= Date.parse(String(minCreationTime)))
          .map((run) => amc.observe(run)).reverse(),
        skipped: [],
        reasons: [],
        complete: true,
        serverDate: null,
        requestIds: [],
      })),
    listPage: () => read("list", () => NO_PAGE),
    getExecution: (id) => read("get", () => amc.observe(visible(amc, id))),
    cancelExecution: (id) =>
      read("cancel", () => {
        const run = visible(amc, id);
        amc.cancel(run);
        const execution = amc.observe(run);
        const kind = execution.status === "CANCELLED"
          ? "cancelled"
          : "finished";
        return { kind, execution };
      }),
    downloadUrls: (id) =>
      read("links", () => ({
        urls: [`https://results.test/${id}`],
        files: [id],
        metadataUrls: [],
        requestId: null,
      })),
    ensureWorkflow: () =>
      read("save workflow", () => ({ created: true, requestId: null })),
    openResult: () => read("open result", openFile),
  };
}

function openFile() {
  return {
    status: 200,
    body: ReadableStream.from([FILE.slice()]),
    etag: null,
    length: FILE.length,
    totalLength: null,
    acceptsRanges: false,
  };
}

function visible(amc: Amc, id: string): Run {
  const run = amc.shown().find((shown) => shown.id === id);
  if (!run) throw new NotFoundError("The execution does not exist.");
  return run;
}

function send(
  amc: Amc,
  request: CreateRequest,
  deadline: number,
  credential: number,
): Sent {
  const answered = (outcome: object): Sent => ({
    kind: "answered",
    outcome: {
      status: 400,
      message: "AMC's words",
      retryAfterSeconds: null,
      error: null,
      requestId: null,
      ...outcome,
    } as unknown as CreateOutcome,
  });
  if (amc.now >= deadline) {
    return answered({ kind: "not_sent", reason: "window_over" });
  }
  const fault = amc.faults.shift();
  const refusal = fault && REFUSALS[fault];
  if (refusal) return answered(refusal(credential));
  if (fault === "lost on the way") {
    return answered({ kind: "unknown", reason: "network", status: null });
  }
  // As late as the gateway may still let it through: a little less than the allowance of 520 s.
  const late = fault === "accepted minutes later" ? 480 : 0;
  const run = amc.accept(
    {
      workflowId: request.workflowId,
      start: request.timeWindowStart,
      end: request.timeWindowEnd,
      zone: request.timeZone,
      timeoutSeconds: request.timeoutSeconds,
      parameters: request.parameterValues as Run["parameters"],
    },
    "us",
    late,
  );
  if (fault === "accepted, but throttled") {
    return answered({ kind: "throttled", status: 429 });
  }
  return { kind: "under way", run, lost: fault === "accepted, answer lost" };
}

const REFUSALS: Partial<Record<Fault, (credential: number) => object>> = {
  "throttled": () => ({ kind: "throttled", status: 429 }),
  "quota": () => ({ kind: "quota" }),
  "refused": () => ({ kind: "refused" }),
  "unauthorized": () => ({ kind: "unauthorized", status: 401 }),
  "no token": () => ({
    kind: "not_sent",
    reason: "token",
    error: new UnavailableError("No token"),
  }),
  "credential refused": (credential) => ({
    kind: "not_sent",
    reason: "credential",
    error: new StoredCredentialError(
      new CredentialError("invalid_grant", "Sign in again"),
      credential,
    ),
  }),
  "workflow not visible": () => ({ kind: "workflow_not_visible" }),
};

function answer(amc: Amc, sent: Sent): CreateOutcome {
  if (sent.kind === "answered") return sent.outcome;
  const { run, lost } = sent;
  if (lost || run.createdAt > amc.now) {
    return {
      kind: "unknown",
      reason: "timeout",
      status: null,
      message: "No answer came.",
      retryAfterSeconds: null,
      requestId: null,
    };
  }
  return {
    kind: "created",
    execution: amc.observe(run),
    matches: true,
    matchesWindow: true,
    requestId: `request-${run.id}`,
  };
}
