/** What is known of the answer behind an error. */
export interface ErrorFacts {
  /** HTTP status, when there was an answer. */
  status?: number | null;
  /** AMC's request id, for Amazon's support. */
  requestId?: string | null;
  /** Whether the same request may be sent again soon. */
  retryable?: boolean;
}

/**
 * The root of everything this client throws. `message` holds AMC's own words where it sent some,
 * cut to a length and without secrets.
 */
export class AmcError extends Error {
  override name = "AmcError";
  /** A stable name of the kind of failure. */
  readonly code: string;
  readonly status: number | null;
  readonly requestId: string | null;
  /** Whether the same request may be sent again soon. Never true of a write. */
  readonly retryable: boolean;

  constructor(code: string, message: string, facts: ErrorFacts = {}) {
    super(message);
    this.code = code;
    this.status = facts.status ?? null;
    this.requestId = facts.requestId ?? null;
    this.retryable = facts.retryable ?? false;
  }
}

/** AMC (or Login with Amazon) asked to be asked less. */
export class ThrottledError extends AmcError {
  override name = "ThrottledError";
  /** Seconds that the answer asked to wait, or null when it named none. */
  readonly retryAfterSeconds: number | null;

  constructor(
    message: string,
    retryAfterSeconds: number | null,
    facts: ErrorFacts = {},
  ) {
    super("throttled", message, { retryable: true, ...facts });
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** AMC understood and refused; asking the same again is of no use. */
export class RefusedError extends AmcError {
  override name = "RefusedError";
  constructor(message: string, facts: ErrorFacts = {}, code = "refused") {
    super(code, message, facts);
  }
}

/** 401 although the token was fresh. */
export class UnauthorizedError extends AmcError {
  override name = "UnauthorizedError";
  constructor(message: string, facts: ErrorFacts = {}) {
    super("unauthorized", message, facts);
  }
}

/** AMC says that the thing asked for does not exist (404, or 400 with such a text). */
export class NotFoundError extends AmcError {
  override name = "NotFoundError";
  constructor(message: string, facts: ErrorFacts = {}) {
    super("not_found", message, facts);
  }
}

/** No usable answer: network, timeout, 3xx, 5xx, or a body that is not what the operation answers. */
export class UnavailableError extends AmcError {
  override name = "UnavailableError";
  constructor(message: string, facts: ErrorFacts = {}, code = "unavailable") {
    super(code, message, facts);
  }
}

/** No usable answer to a write: it may have been carried out. */
export class UnknownOutcomeError extends UnavailableError {
  override name = "UnknownOutcomeError";
  constructor(message: string, facts: ErrorFacts = {}) {
    super(message, { ...facts, retryable: false }, "unknown_outcome");
  }
}

/** The caller's signal ended the request. */
export class AbortedError extends AmcError {
  override name = "AbortedError";
  constructor(message = "The caller ended the request.") {
    super("aborted", message);
  }
}

/**
 * Login with Amazon refuses the credential for good: a person must reconnect. `code` is its own
 * word: invalid_grant, invalid_client or unauthorized_client.
 */
export class CredentialError extends AmcError {
  override name = "CredentialError";
}

/** The execution has no result to download (yet). */
export class NotReadyError extends AmcError {
  override name = "NotReadyError";
  constructor(message: string, facts: ErrorFacts = {}) {
    super("not_ready", message, facts);
  }
}

/** A result link is past its ten minutes; ask for fresh ones. */
export class LinkExpiredError extends AmcError {
  override name = "LinkExpiredError";
  constructor(message: string, facts: ErrorFacts = {}) {
    super("link_expired", message, facts);
  }
}

/** The file behind a result link is not the one whose etag was given. */
export class ResultChangedError extends AmcError {
  override name = "ResultChangedError";
  constructor(message: string, facts: ErrorFacts = {}) {
    super("result_changed", message, facts);
  }
}
