const COMPILE_ERROR = /unable to compile/i;
const OVERLAP_REFUSAL = /overlapping time windows/i;
const ABOUT_THE_REQUEST =
  /\b(?:time ?out|time ?window|parameters?|columns?)\b/i;
const LIMIT_REACHED =
  /\b(?:reached|exceed(?:s|ed|ing)?|over)\b.{0,80}\b(?:limits?|quota)\b|\b(?:limits?|quota)\b.{0,80}\b(?:reached|exceeded)\b/i;
const OF_EXECUTIONS =
  /\b(?:workflow ?)?executions?\b|\bconcurren|\bparallel\b|\bper day\b|\bdaily\b/i;
const TOO_MANY =
  /\btoo many (?:concurrent|parallel|pending|running|active|requests)\b|\brate exceeded\b|\bthrottl/i;

/**
 * Whether a refusal says that a limit on executions is reached, so that waiting helps. What AMC answers
 * above its limits is not documented; the known text is of a sibling API ("You have reached your execution
 * limit of 5 workflowExecutions …", M). Compile errors quote SQL, which may say LIMIT, and the privacy refusal
 * ("too many workflows have already been run …", M) does not pass by waiting: neither counts.
 */
export function isQuotaText(message: string): boolean {
  if (COMPILE_ERROR.test(message) || OVERLAP_REFUSAL.test(message)) {
    return false;
  }
  if (ABOUT_THE_REQUEST.test(message)) return false;
  return TOO_MANY.test(message) ||
    (LIMIT_REACHED.test(message) && OF_EXECUTIONS.test(message));
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
