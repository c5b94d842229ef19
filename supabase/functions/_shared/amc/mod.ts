/**
 * The client of the Amazon Marketing Cloud reporting API: tokens, requests, typed responses. It knows nothing of weeks or databases.
 *
 * Facts about AMC carry their source and how sure they are, as in (SPEC, H): docs/GLOSSARY.md says what the marks mean.
 */
export { type AmcClient, createAmcClient } from "./client.ts";
export type { CreateOutcome, CreateRequest } from "./create_outcome.ts";
export {
  AmcError,
  CredentialError,
  LinkExpiredError,
  NotFoundError,
  NotReadyError,
  RefusedError,
  ThrottledError,
  TokenUnavailableError,
  UnauthorizedError,
  UnavailableError,
} from "./errors.ts";
export type { ExecutionObservation } from "./execution.ts";
export type { Region } from "./hosts.ts";
export { localToInstant } from "./local_time.ts";
export {
  hasEndedWithoutResult,
  matchExecution,
  type MatchResult,
} from "./matcher.ts";
export type { OpenedResult } from "./results.ts";
export { classifyStatus } from "./status.ts";
export type { RuntimeOptions } from "./runtime.ts";
export {
  createTokenSource,
  type Credential,
  type TokenSource,
} from "./tokens.ts";
export type { WorkflowDefinition } from "./workflow_definition.ts";
export { WorkflowDiffersError } from "./workflows.ts";
