import { inTsFunction, type Mutant } from "../support/mutant.ts";

/** Guards of how AMC's answers, values and texts are read. */
export const ANSWERS: Mutant[] = [
  {
    name: "definite-4xx",
    guard:
      "any 4xx of AMC's own is a refusal, but for a timeout and a conflict",
    off: "four statuses alone refuse",
    edits: [
      inTsFunction(
        "failureOf",
        "status >= 400 && status < 500 && status !== 408",
        "[400, 403, 404, 409, 422].includes(status)",
      ),
    ],
    tests: ["amc_create_refusals_test"],
  },
  {
    name: "timeout-is-unknown",
    guard: "a 408 says nothing about the execution",
    off: "it refuses",
    edits: [inTsFunction("failureOf", "&& status !== 408", "")],
    tests: ["amc_create_outcomes_test"],
  },
  {
    name: "conflict-is-unknown",
    guard: "a conflict may be with the execution itself",
    off: "a 409 refuses whatever it says",
    edits: [
      inTsFunction(
        "failureOf",
        "status !== 409 || saysNotCreated(message)",
        "true",
      ),
    ],
    tests: ["amc_create_refusals_test"],
  },
  {
    name: "throttled-creates-nothing",
    guard: "a 429 says that nothing was created, whatever its body",
    off: "it is read as any other answer",
    edits: [
      inTsFunction(
        "failureOf",
        "if (status === 429) return",
        "if (status === 599) return",
      ),
    ],
    tests: ["amc_create_outcomes_test"],
  },
  {
    name: "page-refuses-nothing",
    guard: "a page comes from something before AMC",
    off: "its headers make it AMC's",
    edits: [inTsFunction("readErrorAnswer", "&& !isPage", "")],
    tests: ["amc_create_refusals_test"],
  },
  {
    name: "own-without-body",
    guard: "AMC's request id marks an answer without a body as AMC's",
    off: "only a body does",
    edits: [
      inTsFunction(
        "readErrorAnswer",
        "body.fromAmc || (requestId !== null && text !== null && !isPage)",
        "body.fromAmc",
      ),
    ],
    tests: ["amc_create_refusals_test"],
  },
  {
    name: "words-in-structures",
    guard: "words within arrays and objects are AMC's words",
    off: "only texts are read",
    edits: [
      inTsFunction(
        "wordsIn",
        "wordsOf(json[name], depth + 1)",
        "null as string | null",
      ),
    ],
    tests: ["amc_errors_test"],
  },
  {
    name: "quota-in-any-words",
    guard: "a limit on executions is a quota in whatever words",
    off: "the one known text counts alone",
    edits: [
      inTsFunction(
        "isQuotaText",
        "QUOTA.some((sentence) => sentence.test(text))",
        "QUOTA[0].test(text)",
      ),
    ],
    tests: ["amc_create_refusals_test"],
  },
  {
    name: "quota-of-the-request",
    guard: "a limit on the request itself does not pass by waiting",
    off: "it counts as a quota",
    edits: [
      inTsFunction(
        "isQuotaText",
        "if (ABOUT_THE_REQUEST.test(text)) return false;",
        "",
      ),
    ],
    tests: ["amc_create_refusals_test"],
  },
  {
    name: "retry-after-any",
    guard: "Retry-After counts on every answer that carries it",
    off: "on a 429 alone",
    edits: [
      inTsFunction(
        "readErrorAnswer",
        "retryAfterSeconds(headers, runtime.wallNow())",
        "status === 429 ? retryAfterSeconds(headers, runtime.wallNow()) : null",
      ),
    ],
    tests: ["amc_create_outcomes_test", "amc_retries_test"],
  },
  {
    name: "wait-as-asked",
    guard: "any error that says how long pauses the instance for as long",
    off: "it pauses for the usual time",
    edits: [
      inTsFunction("pauseInstance", "error.retryAfterSeconds === null", "true"),
    ],
    tests: ["instance_wide_errors_test"],
  },
  {
    name: "redirect-says-where",
    guard: "a redirect says where to",
    off: "its body is read",
    edits: [inTsFunction("readErrorAnswer", "location === null", "true")],
    tests: ["amc_create_outcomes_test"],
  },
  {
    name: "status-in-any-case",
    guard: "statuses are compared without case",
    off: "as they come",
    edits: [
      inTsFunction("canonicalStatus", "status.trim().toUpperCase()", "status"),
    ],
    tests: ["amc_parsing_test"],
  },
  {
    name: "canceled",
    guard: "CANCELED is CANCELLED",
    off: "it is unknown",
    edits: [
      inTsFunction(
        "canonicalStatus",
        'word === "CANCELED" ? "CANCELLED" : word',
        "word",
      ),
    ],
    tests: ["amc_parsing_test"],
  },
  {
    name: "whole-timeouts",
    guard: "a timeout is a whole number, as its column",
    off: "any number will do",
    edits: [inTsFunction("wholeOf", "Number.isInteger(count)", "true")],
    tests: ["amc_odd_fields_test"],
  },
  {
    name: "counts-fit",
    guard: "a number fits its column",
    off: "it may be of any size",
    edits: [inTsFunction("countIn", "&& count <= MAX_COUNT", "")],
    tests: ["amc_odd_fields_test"],
  },
  {
    name: "offsets-fit",
    guard: "an instant has no offset that Postgres refuses",
    off: "it is kept as it came",
    edits: [
      inTsFunction(
        "instantOf",
        'text.endsWith("Z") ? text : instant.toISOString()',
        "text",
      ),
    ],
    tests: ["amc_odd_fields_test"],
  },
  {
    name: "dates-exist",
    guard: "an instant's date exists",
    off: "JavaScript's reading counts",
    edits: [inTsFunction("instantOf", "|| !isDate(text.slice(0, 10))", "")],
    tests: ["amc_odd_fields_test"],
  },
  {
    name: "years-fit",
    guard: "an instant is of a year that Postgres takes",
    off: "any year will do",
    edits: [inTsFunction("instantOf", "!(year >= 1 && year <= 9999)", "false")],
    tests: ["amc_odd_fields_test"],
  },
  {
    name: "names-fit",
    guard: "a name is no longer than a name",
    off: "it may be of any length",
    edits: [
      inTsFunction(
        "nameOf",
        "text === null || text.length > MAX_NAME",
        "text === null",
      ),
    ],
    tests: ["amc_odd_fields_test"],
  },
  {
    name: "values-bounded",
    guard: "parameter values of any size are not kept",
    off: "they are",
    edits: [
      inTsFunction(
        "parseExecution",
        "!isBounded(seen.parameterValues, MAX_JSON)",
        "false",
      ),
    ],
    tests: ["amc_odd_fields_test"],
  },
  {
    name: "values-nested",
    guard: "JSON nested without end is not kept",
    off: "it is",
    edits: [inTsFunction("isBounded", "depth > MAX_DEPTH", "false")],
    tests: ["amc_odd_fields_test"],
  },
  {
    name: "columns-named",
    guard: "output columns have names",
    off: "any list will do",
    edits: [
      inTsFunction(
        "columnsOf",
        "isObject(column) && nameOf(column.name) !== null",
        "column !== undefined",
      ),
    ],
    tests: ["amc_odd_fields_test"],
  },
  {
    name: "safe-reason",
    guard: "AMC's reason is made safe",
    off: "it is kept as it came",
    edits: [
      inTsFunction(
        "amcReason",
        "safeText(reason, redact, MAX_REASON)",
        "reason",
      ),
    ],
    tests: ["amc_parsing_test"],
  },
  {
    name: "secret-before-cut",
    guard: "secrets are taken out before a text is cut",
    off: "afterwards",
    edits: [
      inTsFunction(
        "safeText",
        "cut(redact(oneLine(text.slice(0, 8 * MAX_TEXT))), limit)",
        "redact(cut(oneLine(text.slice(0, 8 * MAX_TEXT)), limit))",
      ),
    ],
    tests: ["amc_secrets_test"],
  },
  {
    name: "unseen-characters",
    guard: "texts lose marks of direction and of no width",
    off: "they keep them",
    edits: [inTsFunction("oneLine", '.replace(UNSEEN, "")', "")],
    tests: ["amc_secrets_test"],
  },
  {
    name: "query-names-file",
    guard: "links that differ in their query are different files",
    off: "a link's path alone names its file",
    edits: [
      inTsFunction("fileOf", "OF_THE_SIGNATURE.test(name)", 'name !== ""'),
    ],
    tests: ["amc_links_test"],
  },
  {
    name: "signature-names-nothing",
    guard: "another signature makes no other file",
    off: "every link is a file",
    edits: [
      inTsFunction("fileOf", "OF_THE_SIGNATURE.test(name)", 'name === ""'),
    ],
    tests: ["amc_links_test"],
  },
];
