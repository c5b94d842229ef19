import { malformed } from "./response_errors.ts";
import { fileOf } from "./result_file.ts";
import { saysMissing, saysNotDownloadable } from "./error_texts.ts";
import {
  type AmcError,
  NotFoundError,
  NotReadyError,
  RefusedError,
  UnavailableError,
  UnknownOutcomeError,
} from "./errors.ts";
import { type ExecutionObservation, parseExecution } from "./execution.ts";
import { isObject, parseJson } from "./json.ts";
import { classifyStatus, isTerminal } from "./status.ts";
import { get, type Transport, write } from "./transport.ts";

/** Options of a request. */
export interface CallOptions {
  signal?: AbortSignal;
}

function pathOf(executionId: string): string {
  return `/workflowExecutions/${encodeURIComponent(executionId)}`;
}

/**
 * Gets one execution.
 *
 * @param executionId AMC's workflowExecutionId
 *
 * @throws NotFoundError, also when AMC says 400 "does not exist", as it was seen to within moments of a create (OS; M)
 */
export function getExecution(
  transport: Transport,
  executionId: string,
  options: CallOptions = {},
): Promise<ExecutionObservation> {
  return get(transport, {
    operation: "get_execution",
    method: "GET",
    path: pathOf(executionId),
    signal: options.signal,
  }, (response) => {
    const execution = parseExecution(
      parseJson(response.text),
      response.requestId,
      transport.runtime.redact,
    );
    if (execution === null || execution.id !== executionId) {
      throw malformed(transport.runtime, response, `execution ${executionId}`);
    }
    return execution;
  });
}

/** The outcome of a cancel. */
export type CancelOutcome =
  /** AMC shows it as cancelled. */
  | { kind: "cancelled"; execution: ExecutionObservation }
  /** It had ended in another way before. */
  | { kind: "finished"; execution: ExecutionObservation }
  /** AMC took the request; the execution does not show it yet. */
  | { kind: "requested"; execution: ExecutionObservation };

/**
 * Cancels an execution: PUT of the status, then a GET to confirm, as AWS does (SPEC, AWS; H). After a refusal or a lost
 * response the GET decides too. The guides' DELETE is in no specification and is not used.
 *
 * @param executionId AMC's workflowExecutionId
 * @throws the PUT's error when the execution still runs
 */
export async function cancelExecution(
  transport: Transport,
  executionId: string,
  options: CallOptions = {},
): Promise<CancelOutcome> {
  let refusal: AmcError | null = null;
  try {
    await write(transport, {
      operation: "cancel_execution",
      method: "PUT",
      path: pathOf(executionId),
      body: { status: "CANCELLED" },
      signal: options.signal,
    });
  } catch (error) {
    const settled = error instanceof RefusedError && error.status !== 403 ||
      error instanceof UnknownOutcomeError;
    if (!settled || options.signal?.aborted) throw error;
    refusal = error;
  }
  const execution = await getExecution(transport, executionId, options);
  const status = classifyStatus(execution.status).class;
  if (status === "cancelled") return { kind: "cancelled", execution };
  if (isTerminal(status)) return { kind: "finished", execution };
  if (refusal !== null) throw refusal;
  return { kind: "requested", execution };
}

/** Links to an execution's result; each is a secret and expires after ten minutes (SPEC; H). */
export interface DownloadUrls {
  /** The files in order; every one must be fetched. At least one. */
  urls: string[];
  /** What identifies each of them, whatever its link is signed with. */
  files: string[];
  metadataUrls: string[];
  requestId: string | null;
}

const MAX_LINK_PAGES = 20;

/**
 * Gets the links to all files of an execution's result. SPEC calls its `nextToken` a placeholder: it is followed as long as it
 * brings new files.
 *
 * @param executionId AMC's workflowExecutionId of an execution that succeeded
 *
 * @throws NotReadyError while there is nothing to download ("unavailable for download"; status not documented)
 */
export async function downloadUrls(
  transport: Transport,
  executionId: string,
  options: CallOptions = {},
): Promise<DownloadUrls> {
  const files = new Map<string, string>();
  const metadata = new Map<string, string>();
  let requestId: string | null = null;
  let token: string | null = null;
  for (let page = 0; page < MAX_LINK_PAGES; page++) {
    const found = await linksPage(transport, executionId, token, options);
    requestId ??= found.requestId;
    const before = files.size + metadata.size;
    addLinks(files, found.files);
    addLinks(metadata, found.metadata);
    token = found.nextToken;
    if (token !== null && files.size + metadata.size > before) continue;
    if (files.size === 0) {
      throw new NotReadyError(
        "Expected links to the files of the result, got none.",
        {
          requestId,
        },
      );
    }
    return {
      urls: [...files.values()],
      files: [...files.keys()],
      metadataUrls: [...metadata.values()],
      requestId,
    };
  }
  throw new UnavailableError(
    `Expected the links of a result on at most ${MAX_LINK_PAGES} pages, got more.`,
    { requestId },
  );
}

async function linksPage(
  transport: Transport,
  executionId: string,
  token: string | null,
  options: CallOptions,
) {
  try {
    return await get(transport, {
      operation: "download_urls",
      method: "GET",
      path: `${pathOf(executionId)}/downloadUrls`,
      query: token === null ? undefined : { nextToken: token },
      signal: options.signal,
    }, (response) => {
      const links = linksIn(parseJson(response.text));
      if (links === null) {
        // Nothing of the body: it may hold links.
        throw malformed(
          transport.runtime,
          { ...response, text: null },
          "download links",
        );
      }
      return { ...links, requestId: response.requestId };
    });
  } catch (error) {
    throw notReady(error) ?? error;
  }
}

/** The links on a page of them; null if it is not one. Any list may be missing or null. */
function linksIn(
  page: unknown,
): { files: string[]; metadata: string[]; nextToken: string | null } | null {
  if (!isObject(page)) return null;
  const files = page.downloadUrls ?? [];
  const metadata = page.metadataDownloadUrls ?? [];
  if (!areLinks(files) || !areLinks(metadata)) return null;
  const { nextToken } = page;
  return {
    files,
    metadata,
    nextToken: typeof nextToken === "string" && nextToken !== ""
      ? nextToken
      : null,
  };
}

function areLinks(value: unknown): value is string[] {
  return Array.isArray(value) &&
    value.every((link) => typeof link === "string" && link !== "");
}

function notReady(error: unknown): NotReadyError | null {
  const refused = error instanceof NotFoundError ||
    error instanceof RefusedError;
  if (!refused) return null;
  const { message, status, requestId } = error;
  // The sibling Traffic Events API says 404 for "not ready" (inference; L).
  const likely = saysNotDownloadable(message) ||
    (status === 404 && !saysMissing(message));
  return likely ? new NotReadyError(message, { status, requestId }) : null;
}

function addLinks(into: Map<string, string>, links: string[]): void {
  for (const link of links) {
    const file = fileOf(link);
    if (!into.has(file)) into.set(file, link);
  }
}
