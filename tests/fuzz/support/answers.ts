import fc from "fast-check";
import type { Answer, NoAnswer } from "./virtual_amc.ts";

/** Where an answer may be odd. A dry run is a create that only compiles; a file is what a result link leads to. */
export const ENDPOINTS = [
  "token",
  "createWorkflow",
  "getWorkflow",
  "dryRun",
  "createExecution",
  "listExecutions",
  "getExecution",
  "updateExecution",
  "downloadUrls",
  "download",
] as const;

/** A kind of request. */
export type Endpoint = typeof ENDPOINTS[number];

const STATUSES = [
  [200, 201, 202, 204, 206],
  [300, 301, 302, 303, 304, 307, 308],
  [400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 413, 415, 418],
  [422, 423, 425, 429, 429, 431, 451, 499],
  [500, 501, 502, 503, 503, 504, 520, 529, 599],
];

const TYPES = [
  "application/json",
  "application/vnd.amcworkflowexecutions.v1+json",
  "text/html; charset=utf-8",
  "text/plain",
  "application/octet-stream",
  "application/xml",
  "",
];

/** What an answer says, in many words. */
const WORDS = [
  "Bad Request",
  "Unauthorized request.",
  "Terms and conditions must be accepted to continue",
  "Service Limit Exceeded",
  "maximum number of concurrent workflow executions (10) has been reached",
  "Too many queries in progress",
  "TooManyRequestsException",
  "at most 30 ad-hoc executions per day",
  "Request limit exceeded",
  "Workflow with ID x does not exist.",
  "Workflow with ID x already exists.",
  "Unable to compile query: line 1, column 8: no such column",
  "Cannot run with overlapping time windows",
  "Die Anfrage wurde abgelehnt: Grenze erreicht",
  "リクエストが拒否されました",
  "Atza|IwEBIHsecretsecretsecret and Atzr|IwEBIOthersecret",
  "\u0000\u0007\u202e\ud800 odd",
  "w".repeat(20_000),
  "",
];

/** Forms of a body that carries words. */
const BODIES: Record<string, (words: string, status: number) => string> = {
  details: (details, status) =>
    JSON.stringify({ code: String(status), details }),
  "details as an array": (words, status) =>
    JSON.stringify({ code: String(status), details: [words, { words }] }),
  "details as an object": (words, status) =>
    JSON.stringify({ code: status, details: { message: words } }),
  "no details": (_, status) => JSON.stringify({ code: String(status) }),
  errors: (message) => JSON.stringify({ errors: [{ message }] }),
  message: (message) => JSON.stringify({ message }),
  Message: (Message) => JSON.stringify({ Message }),
  "an OAuth error": (error_description) =>
    JSON.stringify({ error: "invalid_request", error_description }),
  html: (words, status) =>
    `<html><head><title>${status}</title></head><body><h1>${words}</h1></body></html>`,
  xml: (words) =>
    `<?xml version="1.0"?><Error><Code>Odd</Code><Message>${words}</Message></Error>`,
  plain: (words) => words,
  empty: () => "",
  "an empty object": () => "{}",
  null: () => "null",
  "a number": () => "7",
  "an array": () => "[]",
  "half of it": (words) => JSON.stringify({ message: words }).slice(0, -4),
  deep: () => `${"[".repeat(3000)}${"]".repeat(3000)}`,
  "other ids": () =>
    JSON.stringify({
      workflowExecutionId: "another",
      workflowId: 7,
      executions: [null],
      access_token: 7,
      downloadUrls: "https://amc.localhost/x",
    }),
};

const RETRY_AFTER = [
  "5",
  "120",
  "0",
  "-1",
  "1e9",
  "soon",
  "",
  "Mon, 02 Jun 2025 12:05:00 GMT",
  "99999999999999999999",
];

const forms = Object.keys(BODIES);

/** An answer in place of AMC's own. */
export interface AnswerFault {
  kind: "answer";
  endpoint: Endpoint;
  /** No response, or a status. */
  status: number | NoAnswer;
  type: string;
  /** "as it came": AMC's own body under the status. */
  body: string;
  words: string;
  retryAfter: string | null;
  /** Whether AMC carried the request out. */
  handled: boolean;
  /** How many requests meet it. */
  times: number;
}

/** How often a fault that lasts is met. */
export const ALWAYS = 1_000_000;

/** An odd answer of some endpoint. */
export const anAnswer: fc.Arbitrary<AnswerFault> = fc.record({
  kind: fc.constant("answer" as const),
  endpoint: fc.constantFrom(...ENDPOINTS),
  status: fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom<NoAnswer[]>("hang", "drop") },
    ...STATUSES.map((some) => ({
      weight: 1,
      arbitrary: fc.constantFrom(...some),
    })),
  ),
  type: fc.constantFrom(...TYPES),
  body: fc.constantFrom("as it came", ...forms),
  words: fc.constantFrom(...WORDS),
  retryAfter: fc.option(fc.constantFrom(...RETRY_AFTER), { freq: 3 }),
  handled: fc.boolean(),
  times: fc.constantFrom(1, 2, 4, ALWAYS),
});

/**
 * The answer that a fault gives.
 *
 * @param own AMC's own answer, if it saw the request
 */
export function answerOf(
  fault: AnswerFault,
  own: Answer | undefined,
): Answer | NoAnswer {
  const { status, type, body, words, retryAfter } = fault;
  if (typeof status === "string") return status;
  return {
    status,
    headers: {
      ...(type === "" ? {} : { "content-type": type }),
      ...(retryAfter === null ? {} : { "retry-after": retryAfter }),
      ...(status >= 300 && status < 400
        ? { location: "https://elsewhere.example/?token=secret" }
        : {}),
      "x-amz-request-id": "odd-request",
    },
    body: body === "as it came" ? own?.body ?? "" : BODIES[body](words, status),
  };
}

/**
 * Whether an answer says that a create made nothing: with it AMC would lie if it had made something, and a second create would
 * be AMC's doing.
 */
export function deniesCreate({ status }: AnswerFault): boolean {
  return typeof status === "number" && status >= 400 && status < 500 &&
    status !== 408 && status !== 409 && status !== 429 && status !== 401;
}

/** Whether the whole instance may stop for it: a throttle, a token, AMC out of order, a quota. */
export function concernsInstance(fault: AnswerFault): boolean {
  const { endpoint, status, retryAfter, words, body } = fault;
  return endpoint === "token" || endpoint === "listExecutions" ||
    status === 429 || status === 401 ||
    retryAfter !== null && status === 503 ||
    ["createExecution", "dryRun"].includes(endpoint) &&
      !["as it came", "empty"].includes(body) && saysQuota(words);
}

function saysQuota(words: string): boolean {
  return /limit|too ?many|maximum|at most|Grenze/i.test(words);
}
