const COMPILE_ERROR = /unable to compile/i;
const OVERLAP_REFUSAL = /overlapping time windows/i;
const ABOUT_THE_REQUEST =
  /\b(?:time ?out|time ?windows?|parameters?|columns?|rows?|characters?|bytes|length|size|sql|payload|memory)\b/i;

const LIMIT = "(?:limits?|quotas?|maximum|max|capacity)";
const SPENT = "(?:reached|exceed(?:s|ed|ing)?|exhausted|used up|hit|over)";
const EXECUTIONS =
  "(?:(?:workflow ?)?executions?|runs?|jobs?|queries|workflows|requests?|calls?)";
const PERIOD =
  "(?:per|an?|each|every|this|within (?:an?|one)) ?(?:day|hour|minute|second|month)|\\b(?:daily|hourly|today)";

/** Sentences that say that a limit on executions or requests is reached. AMC's own are unknown. */
const QUOTA: readonly RegExp[] = [
  // "You have reached your execution limit of 5 workflowExecutions …" (a sibling, M)
  `\\b${SPENT}\\b.{0,80}\\b${LIMIT}\\b.{0,80}\\b${EXECUTIONS}\\b`,
  `\\b${SPENT}\\b.{0,80}\\b${EXECUTIONS}\\b.{0,40}\\b${LIMIT}\\b`,
  // "The maximum number of concurrent workflow executions (10) has been reached"
  `\\b${LIMIT}\\b.{0,80}\\b${EXECUTIONS}\\b.{0,80}\\b${SPENT}\\b`,
  `\\b${EXECUTIONS}\\b.{0,40}\\b${LIMIT}\\b.{0,80}\\b${SPENT}\\b`,
  // "Service Limit Exceeded" (the guide's name for the sibling's 422, M), "Request limit exceeded"
  `\\b(?:service|account|instance|rate|request|concurrency|throughput|usage|daily|hourly|api|resource)s?[ _-]?${LIMIT}[ _-]?(?:has been |have been |was |is )?${SPENT}`,
  `\\b${SPENT}\\b.{0,40}\\b(?:service|account|instance|rate|concurrency|throughput|daily|hourly)[ _-]${LIMIT}\\b`,
  // "Too many … in progress", "Too many concurrent executions", "TooManyRequestsException"
  `\\btoo many\\b.{0,60}\\b(?:in progress|running|pending|queued|active|concurrent(?:ly)?|parallel|requests|at once|at the same time)\\b`,
  "\\btoo ?many ?(?:requests|executions|concurrent)",
  "\\brate exceeded\\b|throttl|\\b(?:service ?quota|limit|request ?limit|quota) ?exceeded ?exception",
  // "at most 30 ad-hoc executions per day"
  `\\b(?:at most|no more than|up to|only|limited to|maximum of|limit of)\\b.{0,40}\\b${EXECUTIONS}\\b.{0,30}\\b(?:${PERIOD}|at once|at the same time|at a time|concurrently|in parallel)\\b`,
  // "10 executions are already running", "Try again once a running execution has finished"
  `\\balready\\b.{0,40}\\b\\d+ (?:[a-z-]+ ){0,3}${EXECUTIONS}\\b|\\b\\d+ (?:[a-z-]+ ){0,3}${EXECUTIONS} (?:are|is) (?:already |currently )`,
  `\\b(?:try again|retry|wait)\\b.{0,40}\\b(?:after|once|until|when)\\b.{0,60}\\b${EXECUTIONS}\\b.{0,40}\\b(?:complet|finish|end)`,
].map((source) => new RegExp(source, "i"));

/**
 * Whether a refusal says that a limit on executions is reached, so that waiting helps. What AMC answers above its
 * limits is not documented, so any wording counts. Compile errors quote SQL, which may say LIMIT, and the privacy
 * refusal ("too many workflows have already been run …", M) does not pass by waiting: neither counts; nor do limits on
 * the request itself.
 *
 * @param text AMC's message, with the name of the error before it where there is one
 */
export function isQuotaText(text: string): boolean {
  if (COMPILE_ERROR.test(text) || OVERLAP_REFUSAL.test(text)) return false;
  if (ABOUT_THE_REQUEST.test(text)) return false;
  return QUOTA.some((sentence) => sentence.test(text));
}

/**
 * Whether a conflict (409) says that no execution was made: otherwise one may exist.
 *
 * @param message AMC's message
 */
export function saysNotCreated(message: string): boolean {
  return COMPILE_ERROR.test(message) || OVERLAP_REFUSAL.test(message) ||
    /\b(?:could|can) ?not be (?:run|created|started|executed|accepted)\b|\b(?:was|were|has been|is) not (?:been )?(?:run|created|started|executed|accepted)\b|\bnot allowed\b|\bmust be accepted\b|\binvalid\b/i
      .test(message);
}

const MISSING =
  "(?:does not exist|doesn't exist|(?:was |is |could |can)?not (?:be )?found)";
const MISSING_WORKFLOW = new RegExp(
  `\\bworkflow(?: definition)?(?: with)?(?: the)?(?: ?id| identifier| name)?[\\s:"'\\[\\]()=]*(?:@@)?[\\s"'\\[\\]()]*${MISSING}`,
  "i",
);
const NO_SUCH_WORKFLOW =
  /\b(?:no such workflow|(?:could|can) ?not find (?:the )?workflow)(?! ?execution)\b/i;

/**
 * Whether a refused create says that its workflow does not exist: a workflow made minutes ago may not be visible
 * yet. The text is inferred from the one for executions ("… with ID x does not exist."; L).
 *
 * @param message AMC's message
 * @param workflowId the id that was sent
 */
export function saysWorkflowMissing(
  message: string,
  workflowId: string,
): boolean {
  if (COMPILE_ERROR.test(message)) return false;
  const text = workflowId === ""
    ? message
    : message.replaceAll(workflowId, "@@");
  return MISSING_WORKFLOW.test(text) || NO_SUCH_WORKFLOW.test(text);
}

/** Whether a text says that the thing asked for does not exist ("Workflow execution with ID x does not exist.", OS; M). */
export function saysMissing(message: string): boolean {
  return /\bdo(?:es)? not exist\b|\bdoesn't exist\b/i.test(message) &&
    !COMPILE_ERROR.test(message);
}

/** Whether a text says that something exists already ("Workflow with ID x already exists.", AWS; H for the text). */
export function saysAlreadyExists(message: string): boolean {
  return /\balready exists?\b/i.test(message);
}

/** Whether a text says that a result cannot be downloaded ("Execution with ID x is unavailable for download.", DOC; M). */
export function saysNotDownloadable(message: string): boolean {
  return /\bunavailable for download\b|\bnot (?:yet )?available for download\b/i
    .test(message);
}
