/**
 * The client of the Amazon Marketing Cloud reporting API: tokens, requests, typed answers. It knows nothing of weeks or databases.
 *
 * Facts about AMC carry their source and how sure they are, as in (SPEC, H): docs/GLOSSARY.md says what the marks mean.
 */
export {
  type AmcClient,
  type AmcClientOptions,
  createAmcClient,
  type Timeouts,
} from "./client.ts";
export type {
  CreateOptions,
  CreateOutcome,
  CreateRequest,
} from "./create_outcome.ts";
export * from "./errors.ts";
export {
  type ErrorBody,
  isQuotaText,
  parseError,
  saysWorkflowMissing,
} from "./error_body.ts";
export {
  type ExecutionObservation,
  isExecutionId,
  parseExecution,
} from "./execution.ts";
export type { CallOptions, CancelOutcome, DownloadUrls } from "./executions.ts";
export {
  API_URLS,
  DEFAULT_RESULT_HOSTS,
  isAllowedHost,
  type Region,
  TOKEN_URLS,
} from "./hosts.ts";
export type { Listing, ListQuery } from "./listing.ts";
export {
  isSameZone,
  localToInstant,
  normalizeInstant,
  normalizeLocalTime,
} from "./local_time.ts";
export {
  type MatchableAttempt,
  matchExecution,
  type MatchResult,
} from "./matcher.ts";
export type { OpenedResult, OpenResultOptions } from "./results.ts";
export { backoffMs, retryAfterSeconds, type RetryLimits } from "./retry.ts";
export type { AmcLogEntry, RuntimeOptions, StartTimer } from "./runtime.ts";
export { createRedactor, shownLink } from "./sanitize.ts";
export {
  type ClassifiedStatus,
  classifyStatus,
  isTerminal,
  type StatusClass,
} from "./status.ts";
export {
  createTokenSource,
  type Credential,
  type TokenSource,
  type TokenSourceOptions,
} from "./tokens.ts";
export type { Instance } from "./transport.ts";
export { USER_AGENT, VERSION } from "./version.ts";
export type { WorkflowDefinition } from "./workflows.ts";
