import type { AmcError } from "./errors.ts";
import type { ExecutionObservation } from "./execution.ts";

/** What to run. */
export interface CreateRequest {
  /** A saved workflow. */
  workflowId: string;
  /** Local times `yyyy-MM-ddTHH:mm:ss` without a zone suffix; the end is exclusive. */
  timeWindowStart: string;
  timeWindowEnd: string;
  /** A name of the tz database. */
  timeZone: string;
  parameterValues: Record<string, unknown>;
  /** 900 to 86400 (SPEC; H); serves as the attempt's fingerprint. */
  timeoutSeconds: number;
  /** AMC only compiles: no quota, no output (SPEC; H). Default false. */
  dryRun?: boolean;
}

/** When the create may leave. */
export interface CreateOptions {
  /** On the client's clock that never jumps, in milliseconds: from then on it must not be sent. */
  deadline: number;
  signal?: AbortSignal;
}

/** The outcome of a create. `message` is AMC's own message or a sentence of ours, without secrets. */
export type CreateOutcome =
  | {
    /** 2xx with a well-formed id: record it first. */
    kind: "created";
    execution: ExecutionObservation;
    /** Whether the response echoed workflow, window, zone and fingerprint so that the matcher would have found it. */
    matches: boolean;
    /** Whether it echoed at least workflow, window and zone. */
    matchesWindow: boolean;
    requestId: string | null;
  }
  | {
    /** It was not sent. */
    kind: "not_sent";
    /** `credential`: a person must reconnect; `token`: there is no token now; `invalid_request`: the request is wrong, and must not be sent. */
    reason:
      | "window_over"
      | "token"
      | "credential"
      | "aborted"
      | "invalid_request";
    message: string;
    /** The failure of the token, when that was the reason. */
    error: AmcError | null;
    requestId: string | null;
  }
  | {
    /** A definite refusal, for good. */
    kind: "refused";
    status: number;
    message: string;
    requestId: string | null;
  }
  | {
    /** A definite refusal that passes by waiting: a limit on executions is reached. */
    kind: "quota";
    status: number;
    message: string;
    retryAfterSeconds: number | null;
    requestId: string | null;
  }
  | {
    /** A definite refusal that says that the workflow does not exist: lag, if it was made minutes ago. */
    kind: "workflow_not_visible";
    status: number;
    message: string;
    requestId: string | null;
  }
  | {
    /** 429, from AMC or from a proxy before it: nothing was created. */
    kind: "throttled";
    status: number;
    message: string;
    retryAfterSeconds: number | null;
    requestId: string | null;
  }
  | {
    /** 401. The token has been replaced for the next attempt, if it could be. */
    kind: "unauthorized";
    status: number;
    message: string;
    /** Why the token could not be replaced, or null. */
    error: AmcError | null;
    requestId: string | null;
  }
  | {
    /** AMC may have created an execution: its list shows whether it did. */
    kind: "unknown";
    reason: "timeout" | "aborted" | "network" | "no_id" | "redirect" | "status";
    status: number | null;
    message: string;
    /** As a 503 may ask. */
    retryAfterSeconds: number | null;
    requestId: string | null;
  };
