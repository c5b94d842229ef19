/**
 * AMC simulator: signed result links and the S3-like store behind them. Links die after ten minutes (SPEC, H) on
 * the machine's clock. The errors are S3's general ones: 403 XML when a link is expired or changed, 400 XML when an
 * Authorization header comes beside the signature.
 */
import { createHmac, randomBytes } from "node:crypto";
import type { Call, Reply } from "./http.ts";
import { amazonHeaders } from "./http.ts";
import type { Execution } from "./types.ts";
import { fileOfBytes, type ResultFile } from "./results/file.ts";
import { ResultStore } from "./results/files.ts";
import type { SimulatorState } from "./state.ts";

const BUCKET = "amc-output-prod-iad";
const secret = randomBytes(32);
const stores = new WeakMap<SimulatorState, ResultStore>();

/** The links of a result and of its metadata. */
export interface Links {
  downloadUrls: string[];
  metadataDownloadUrls: string[];
}

/** Signs a link for each file of a result. */
export function signLinks(state: SimulatorState, execution: Execution): Links {
  const { instanceId, executionId } = execution;
  const folder = `/results/${BUCKET}/${instanceId}/${executionId}`;
  const files = filesOf(state, execution);
  return {
    downloadUrls: files.map((_, index) =>
      sign(state, `${folder}/${index + 1}/file.csv`)
    ),
    metadataDownloadUrls: [sign(state, `${folder}/metadata.json`)],
  };
}

/** Answers a request for a signed link. */
export function answerDownload(state: SimulatorState, call: Call): Reply {
  if (call.headers.has("authorization")) {
    return xmlError(
      400,
      "InvalidArgument",
      "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter " +
        "or the Authorization header should be specified",
    );
  }
  const problem = checkLink(state, call);
  if (problem) return problem;
  const file = readFile(state, call.url.pathname);
  if (!file) {
    return xmlError(404, "NoSuchKey", "The specified key does not exist.");
  }
  const condition = call.headers.get("if-match");
  if (condition !== null && condition !== "*" && condition !== file.etag) {
    return xmlError(
      412,
      "PreconditionFailed",
      "At least one of the pre-conditions you specified did not hold",
    );
  }
  return send(state, call, file);
}

/** S3's response to an expired link. */
export function expiredLink(state: SimulatorState): Reply {
  return xmlError(403, "AccessDenied", "Request has expired", {
    "X-Amz-Expires": String(Math.ceil(state.settings.links.seconds)),
    ServerTime: new Date().toISOString(),
  });
}

/** An XML error in S3's form. */
export function xmlError(
  status: number,
  code: string,
  message: string,
  more: Record<string, string> = {},
): Reply {
  const fields = { Code: code, Message: message, ...more };
  const inner = Object.entries(fields).map(([name, value]) =>
    `<${name}>${value}</${name}>`
  ).join("");
  return {
    status,
    headers: { "content-type": "application/xml", ...amazonHeaders() },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${inner}</Error>`,
  };
}

interface StoredFile extends ResultFile {
  type: string;
}

function send(state: SimulatorState, call: Call, file: StoredFile): Reply {
  const { acceptRanges, ignoreRanges } = state.settings.links;
  const { length, etag, type } = file;
  const headers: Record<string, string> = {
    ...amazonHeaders(),
    "content-type": type,
    etag,
    ...(acceptRanges ? { "accept-ranges": "bytes" } : {}),
  };
  const asked = call.headers.get("range");
  const range = acceptRanges && !ignoreRanges && asked !== null
    ? readRange(asked, length)
    : null;
  const part = (from: number, to: number) => ({
    length: to - from,
    chunks: file.read(from, to),
  });
  if (range === null) return { status: 200, headers, body: part(0, length) };
  if (range === "unsatisfiable") {
    return xmlError(
      416,
      "InvalidRange",
      "The requested range is not satisfiable",
    );
  }
  const [from, to] = range;
  headers["content-range"] = `bytes ${from}-${to}/${length}`;
  return { status: 206, headers, body: part(from, to + 1) };
}

/** Reads a single byte range; a header that cannot be read is ignored, as HTTP asks. */
function readRange(
  header: string,
  length: number,
): [number, number] | "unsatisfiable" | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (!match || (match[1] === "" && match[2] === "")) return null;
  const [first, last] = [match[1], match[2]];
  const from = first === ""
    ? Math.max(0, length - Number(last))
    : Number(first);
  const to = first === "" || last === ""
    ? length - 1
    : Math.min(Number(last), length - 1);
  return from >= length || to < from ? "unsatisfiable" : [from, to];
}

function readFile(state: SimulatorState, path: string): StoredFile | null {
  const [executionId, part] = path.split("/").slice(4);
  const execution = state.executions.get(executionId ?? "");
  if (!execution) return null;
  if (part === "metadata.json") return metadataOf(execution);
  const file = filesOf(state, execution)[Number(part) - 1];
  return file ? { ...file, type: "text/csv" } : null;
}

/** The metadata file: information on the run with its SQL (observed, M; its real form is unknown). */
function metadataOf(execution: Execution): StoredFile {
  const { executionId, workflowId, workflow } = execution;
  const text = JSON.stringify({
    workflowExecutionId: executionId,
    workflowId,
    sqlQuery: workflow.sqlQuery ?? null,
  });
  const bytes = new TextEncoder().encode(text);
  const etag = `"${executionId}"`;
  return { ...fileOfBytes(bytes), etag, type: "application/json" };
}

function filesOf(state: SimulatorState, execution: Execution) {
  const store = stores.get(state) ?? new ResultStore();
  stores.set(state, store);
  const { seed, outputFormat } = state.settings;
  return store.filesOf(execution, seed, outputFormat);
}

function sign(state: SimulatorState, path: string): string {
  // A link signed in the same millisecond in which older ones were ended stays good.
  const now = Math.max(Date.now(), state.linksEndedAt + 1);
  const parameters = new URLSearchParams({
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Date": new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, ""),
    "X-Amz-SignedHeaders": "host",
    "X-Amz-Expires": String(Math.ceil(state.settings.links.seconds)),
    // The simulator keeps the exact time of signing and the exact life here, in ms.
    "X-Amz-Security-Token": btoa(
      `${now}:${state.settings.links.seconds * 1000}`,
    ),
  });
  parameters.set("X-Amz-Signature", signature(path, parameters));
  return `${state.url}${path}?${parameters}`;
}

function checkLink(state: SimulatorState, call: Call): Reply | null {
  const parameters = new URLSearchParams(call.url.search);
  const given = parameters.get("X-Amz-Signature");
  parameters.delete("X-Amz-Signature");
  const right = call.method === "GET" &&
    given === signature(call.url.pathname, parameters);
  if (!right) {
    return xmlError(
      403,
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided. Check your key and signing " +
        "method.",
    );
  }
  const token = atob(parameters.get("X-Amz-Security-Token")!);
  const [signedAt, lifeMs] = token.split(":").map(Number);
  const ended = signedAt + lifeMs <= Date.now() ||
    signedAt <= state.linksEndedAt;
  return ended ? expiredLink(state) : null;
}

function signature(path: string, parameters: URLSearchParams): string {
  const text = `GET\n${path}\n${parameters}`;
  return createHmac("sha256", secret).update(text).digest("hex");
}
