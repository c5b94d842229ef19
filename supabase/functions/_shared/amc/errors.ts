/** What is known of the response behind an error. */
export interface ErrorFacts {
  /** HTTP status, when there was a response. */
  status?: number | null;
  /** AMC's request id, for Amazon's support. */
  requestId?: string | null;
  /** Whether the same request may be sent again soon. */
  retryable?: boolean;
  /** Seconds to wait as the response asked. */
  retryAfterSeconds?: number | null;
}

/**
 * The base of all errors that this client throws. `message` is AMC's own message where it sent one,
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
  /** Seconds to wait as the response asked (of a 429, a 503 or another), or null when it did not. */
  readonly retryAfterSeconds: number | null;

  constructor(code: string, message: string, facts: ErrorFacts = {}) {
    super(message);
    this.code = code;
    this.status = facts.status ?? null;
    this.requestId = facts.requestId ?? null;
    this.retryable = facts.retryable ?? false;
    this.retryAfterSeconds = facts.retryAfterSeconds ?? null;
  }
}

/** AMC (or Login with Amazon) throttled the request. */
export class ThrottledError extends AmcError {
  override name = "ThrottledError";

  constructor(
    message: string,
    retryAfterSeconds: number | null,
    facts: ErrorFacts = {},
  ) {
    super("throttled", message, {
      retryable: true,
      ...facts,
      retryAfterSeconds,
    });
  }
}

/** AMC understood the request and refused it; the same request would be refused again. */
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

/** AMC says that what was asked for does not exist (404, or 400 with such a text). */
export class NotFoundError extends AmcError {
  override name = "NotFoundError";
  constructor(message: string, facts: ErrorFacts = {}) {
    super("not_found", message, facts);
  }
}

/** No usable response: network, timeout, 3xx, 5xx, or a body in another form than the operation's. */
export class UnavailableError extends AmcError {
  override name = "UnavailableError";
  constructor(message: string, facts: ErrorFacts = {}, code = "unavailable") {
    super(code, message, facts);
  }
}

/** No usable response to a write: it may have been carried out. */
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
 * code: invalid_grant, invalid_client or unauthorized_client.
 */
export class CredentialError extends AmcError {
  override name = "CredentialError";
}

/** Login with Amazon gave no token, for a reason that may pass: nothing was asked of AMC. */
export class TokenUnavailableError extends UnavailableError {
  override name = "TokenUnavailableError";
  constructor(message: string, facts: ErrorFacts = {}) {
    super(message, facts, "token_unavailable");
  }
}

/** The execution has no result to download (yet). */
export class NotReadyError extends AmcError {
  override name = "NotReadyError";
  constructor(message: string, facts: ErrorFacts = {}) {
    super("not_ready", message, facts);
  }
}

/** A result link has expired, ten minutes after it was made; ask for new ones. */
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
