import { createExecution } from "./create_execution.ts";
import type {
  CreateOptions,
  CreateOutcome,
  CreateRequest,
} from "./create_outcome.ts";
import {
  type CallOptions,
  cancelExecution,
  type CancelOutcome,
  type DownloadUrls,
  downloadUrls,
  getExecution,
} from "./executions.ts";
import type { ExecutionObservation } from "./execution.ts";
import { API_URLS, checkedBaseUrl, DEFAULT_RESULT_HOSTS } from "./hosts.ts";
import { type ListPage, listPage, type PageQuery } from "./list_page.ts";
import { listExecutions, type Listing, type ListQuery } from "./listing.ts";
import {
  type OpenedResult,
  openResult,
  type OpenResultOptions,
} from "./results.ts";
import { DEFAULT_RETRY, type RetryLimits } from "./retry.ts";
import { createRuntime, type RuntimeOptions } from "./runtime.ts";
import { createRedactor } from "./sanitize.ts";
import type { TokenSource } from "./tokens.ts";
import type { Instance, Transport } from "./transport.ts";
import type { WorkflowDefinition } from "./workflow_definition.ts";
import { ensureWorkflow } from "./workflows.ts";

/** How long a create waits for AMC's answer: no longer than the database's allowance create_timeout. */
export const CREATE_TIMEOUT_MS = 30_000;

/** Timeouts in milliseconds. */
export interface Timeouts {
  /** For a create, from the fetch to the end of its response. Default 30 s. */
  create: number;
  /** For any other request to AMC. Default 30 s. */
  request: number;
  /** For a result link, to its headers. Default 30 s. */
  link: number;
}

/** Options of `createAmcClient`. */
export interface AmcClientOptions extends RuntimeOptions {
  instance: Instance;
  tokens: TokenSource;
  /** Overrides the region's host. */
  apiUrl?: string;
  /** Hosts that result links may name; see `isAllowedHost`. Default `*.amazonaws.com`. */
  resultHosts?: readonly string[];
  timeouts?: Partial<Timeouts>;
  /** Bounds of the retries of reads. */
  retry?: Partial<RetryLimits>;
}

/** The reporting API of one AMC instance. Everything but `createExecution` throws `AmcError`s. */
export interface AmcClient {
  /** Runs a workflow, at most once; returns the outcome and never throws. */
  createExecution(
    request: CreateRequest,
    options: CreateOptions,
  ): Promise<CreateOutcome>;
  getExecution(
    executionId: string,
    options?: CallOptions,
  ): Promise<ExecutionObservation>;
  listExecutions(query: ListQuery, options?: CallOptions): Promise<Listing>;
  listPage(query: PageQuery, options?: CallOptions): Promise<ListPage>;
  cancelExecution(
    executionId: string,
    options?: CallOptions,
  ): Promise<CancelOutcome>;
  downloadUrls(
    executionId: string,
    options?: CallOptions,
  ): Promise<DownloadUrls>;
  ensureWorkflow(
    workflow: WorkflowDefinition,
    options?: CallOptions,
  ): Promise<{ created: boolean; requestId: string | null }>;
  openResult(link: string, options?: OpenResultOptions): Promise<OpenedResult>;
}

/**
 * Makes the client of one AMC instance.
 *
 * @throws TypeError when the configured URL is not usable
 */
export function createAmcClient(options: AmcClientOptions): AmcClient {
  const { instance, tokens, timeouts = {} } = options;
  const redactShapes = createRedactor();
  const runtime = createRuntime(
    options,
    (text) => redactShapes(tokens.redact(text)),
  );
  const retry = { ...DEFAULT_RETRY, ...options.retry };
  const transport: Transport = {
    runtime,
    instance,
    tokens,
    apiUrl: checkedBaseUrl(
      "The AMC API URL",
      options.apiUrl ?? API_URLS[instance.region],
    ),
    requestTimeoutMs: timeouts.request ?? 30_000,
    createTimeoutMs: timeouts.create ?? CREATE_TIMEOUT_MS,
    retry,
  };
  const access = {
    runtime,
    hosts: options.resultHosts ?? DEFAULT_RESULT_HOSTS,
    timeoutMs: timeouts.link ?? 30_000,
    retry,
  };
  return {
    createExecution: (request, how) => createExecution(transport, request, how),
    getExecution: (id, how) => getExecution(transport, id, how),
    listExecutions: (query, how) => listExecutions(transport, query, how),
    listPage: (query, how) => listPage(transport, query, how),
    cancelExecution: (id, how) => cancelExecution(transport, id, how),
    downloadUrls: (id, how) => downloadUrls(transport, id, how),
    ensureWorkflow: (workflow, how) => ensureWorkflow(transport, workflow, how),
    openResult: (link, how) => openResult(access, link, how),
  };
}
