/**
 * AMC simulator: the types that its modules share.
 *
 * This folder is a simulator of Amazon Marketing Cloud's reporting API for development and tests. It is not
 * Amazon's code and was not checked against the live service. Comments name what a behaviour is based on:
 * SPEC (Amazon's OpenAPI document), captured (responses in Amazon's Postman collection), guide (Amazon's prose),
 * observed (public code that runs against it), with H, M or L for high, medium or low confidence; "invented"
 * means that nothing is known, and the simulator had to choose.
 */

/** Every kind of request that the simulator tells apart; faults and the request log name it. */
export const OPERATIONS = [
  "token",
  "listAccounts",
  "listInstances",
  "getInstance",
  "listDataSources",
  "getDataSource",
  "listWorkflows",
  "createWorkflow",
  "getWorkflow",
  "updateWorkflow",
  "deleteWorkflow",
  "listSchedules",
  "getSchedule",
  "createExecution",
  "listExecutions",
  "getExecution",
  "updateExecution",
  "deleteExecution",
  "downloadUrls",
  "download",
  "unknown",
] as const;

/** One kind of request. */
export type Operation = typeof OPERATIONS[number];

/** An LWA client with its refresh token, under the name by which instances refer to it. */
export interface Credential {
  name: string;
  clientId: string;
  clientSecret: string;
  refreshToken: string;
}

/** An AMC instance that the simulator serves. */
export interface InstanceSettings {
  /** `amc` and eight lower-case letters or digits (observed, M). */
  instanceId: string;
  entityId: string;
  marketplaceId: string;
  name: string;
  /** Names of the credentials that may reach it; absent: all. */
  credentials?: string[];
  /** False: everything answers 403 "Terms and conditions must be accepted to continue" (guide, M). */
  termsAccepted: boolean;
  /** Executions that run at once; absent: the simulator's own limit. */
  maxRunning?: number;
}

/** How a result file is written (SPEC, H: the three fields of a workflow's outputFormat). */
export interface OutputFormat {
  separatorCharacter: string;
  quoteCharacter: string;
  escapeCharacter: string;
}

/** A column of a result as an execution lists it (captured, H). */
export interface OutputColumn {
  columnType: "DIMENSION" | "METRIC";
  dataType: string;
  name: string;
}

/** A saved or ad-hoc workflow: the fields that matter here, and whatever else was sent. */
export interface Workflow {
  workflowId: string;
  sqlQuery?: string;
  inputParameters?: { name: string; [key: string]: unknown }[];
  outputColumns?: OutputColumn[];
  outputFormat?: Partial<OutputFormat>;
  privacyFilteringBehavior?: string;
  filteredMetricsDiscriminatorColumn?: string;
  timeWindowType?: string;
  [key: string]: unknown;
}

/** What the result files of an execution hold. */
export interface ResultSettings {
  /** Data rows, or the least and the most of them. */
  rows: number | [number, number];
  /** Files the rows are split into, 1..5 (SPEC, H: at most five links); each starts with the header. */
  files: number;
  /** Only the header: an empty result (observed, M). */
  headerOnly: boolean;
  /** The bytes of the single file, verbatim; null: generated. */
  body: string | null;
  /** Line ending; AMC's is unknown. */
  lineEnding: "\n" | "\r\n";
  /** Begin each file with a byte order mark; unknown for AMC. */
  byteOrderMark: boolean;
  /** The approximate size of each file, whose bytes are made while they are read; null: as many as the rows take. */
  bytesPerFile: number | null;
  /** What `outputChannels` says of the download; null: nothing. */
  channel: {
    status: "AVAILABLE" | "PENDING" | "UNAVAILABLE" | "FAILED";
    statusReason: string | null;
  } | null;
}

/** How an execution will go. */
export interface Plan {
  /** Least seconds in PENDING, even with a free slot. */
  pendingSeconds: number;
  /** Seconds in RUNNING; Infinity: for ever. */
  runSeconds: number;
  /** Seconds in PUBLISHING after RUNNING (observed, M); 0: not seen. */
  publishingSeconds: number;
  /** The status shown instead of RUNNING, such as one that no document names. */
  runningStatus: string;
  /** The last status. REJECTED comes when it would start, every other when it has run. */
  outcome: string;
  /** AMC's words for the outcome. */
  reason: string | null;
}

/** One run at AMC. Times are milliseconds since the epoch. */
export interface Execution {
  executionId: string;
  instanceId: string;
  workflowId: string;
  /** "api": created by a POST; "console": started by a person, so not in the ledger. */
  source: "api" | "console";
  sequence: number;
  status: string;
  statusReason: string | null;
  /** AMC's clock (with its skew) at the creation: what is shown, and what lists filter by. */
  createdAt: number;
  /** AMC's clock at the last change of status. */
  updatedAt: number;
  /** The simulator's clock, without skew: what states, lags and limits are measured by. */
  acceptedAt: number;
  startedAt: number | null;
  endedAt: number | null;
  /** Local times as they were sent; null for a relative window before it is known. */
  windowStart: string | null;
  windowEnd: string | null;
  timeZone: string;
  /** The window as instants. */
  windowStartAt: number | null;
  windowEndAt: number | null;
  explicitWindow: boolean;
  timeoutSeconds: number;
  parameterValues: Record<string, unknown>;
  disableAggregationControls: boolean;
  ignoreDataGaps: boolean;
  requireSyntheticData: boolean;
  /** Whether the create said `dryRun`. */
  dryRunAsked: boolean;
  /** Whether it only compiles. */
  dryRun: boolean;
  skipPublish: boolean;
  /** The workflow as it was when the run was created. */
  workflow: Workflow;
  plan: Plan;
  listLagSeconds: number;
  getLagSeconds: number;
  getLagStatus: 400 | 404;
  result: ResultSettings;
}

/** Whether a status is an end (SPEC and observed, H). */
export function isTerminal(status: string): boolean {
  return ["SUCCEEDED", "FAILED", "REJECTED", "CANCELLED"].includes(status);
}
