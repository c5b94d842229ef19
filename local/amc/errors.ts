/**
 * AMC simulator: error responses. The body is `{"code":"<status as text>","details":"…"}` (SPEC and observed, H).
 */

/** Thrown by a handler; becomes a response with AMC's error body. */
export class ApiError extends Error {
  /**
   * @param status HTTP status
   * @param details the text that the client reads
   */
  constructor(readonly status: number, readonly details: string) {
    super(details);
    this.name = "ApiError";
  }
}

/** The texts of errors: the known ones, and those that are invented (marked beside each). */
export const TEXTS = {
  /** Observed, H. */
  forbidden: "Unauthorized request.",
  /** Guide, M. */
  terms: "Terms and conditions must be accepted to continue",
  /** Invented: no 401 body was captured. */
  token: "The access token is missing, unknown or expired.",
  /** AWS matches this text, H. */
  workflowExists: (id: string) => `Workflow with ID ${id} already exists.`,
  /** By analogy with the next one, L. */
  noWorkflow: (id: string) => `Workflow with ID ${id} does not exist.`,
  /** Observed, M. */
  noExecution: (id: string) =>
    `Workflow execution with ID ${id} does not exist.`,
  /** Guide, M. */
  unavailable: (id: string) =>
    `Execution with ID ${id} is unavailable for download.`,
  /** A sibling API with the same shapes, M. */
  activeLimit: (limit: number) =>
    `You have reached your execution limit of ${limit} workflowExecutions that are in PENDING or RUNNING status. ` +
    "Try again after one or some of your execution completes.",
  /** Invented: only the number (30 ad-hoc executions per day and instance) is documented, M. */
  dailyLimit: (limit: number) =>
    `You have reached your daily limit of ${limit} workflowExecutions for this instance. Try again later.`,
  /** Guide, M. */
  overlap: (execution: string, workflow: string) =>
    `Execution "${execution}" of workflow "${workflow}" could not be run because too many workflows have already ` +
    "been run against the same input data sources in the same or overlapping time windows.",
  /** The beginning is observed, M. */
  compile: (name: string, problem: string) =>
    `Was unable to compile workflow wf_${name} because it was found to be invalid: ${problem}`,
  /** The words: captured of SQL errors (M), here of a table. */
  missingTable: (name: string, line: number, column: number) =>
    `From line ${line}, column ${column} to line ${line}, column ${
      column + name.length - 1
    }: Object '${name}' not found`,
  /** Invented. */
  tooOld: (start: string | null) =>
    `The time window starting ${start} is before the earliest available data.`,
  /** Invented. */
  dryRun: "dryRun is not supported for this instance.",
  /** Invented. */
  ended: (id: string, status: string) =>
    `Workflow execution with ID ${id} is in status ${status} and cannot be cancelled.`,
};
