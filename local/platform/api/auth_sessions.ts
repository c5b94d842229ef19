/**
 * Stand-in for Supabase Auth: sessions and refresh tokens, kept in memory.
 *
 * A refresh token is good once. Used again within 10 s it gives the same new token (two tabs); used again
 * later it ends the session, as on a hosted project. Sessions end with the process.
 */
import { createHash, randomBytes } from "node:crypto";

/** A user's session. */
export interface Session {
  id: string;
  userId: string;
  /** When it began, in seconds since 1970. */
  since: number;
  /** Digest of the refresh token that is good now. */
  current: string;
  previous: { digest: string; usedAt: number; replacement: string } | null;
}

/** The result of exchanging a refresh token. */
export type Refreshed =
  | { session: Session; refreshToken: string }
  | { refusal: "not_found" | "already_used" };

/** How long a used refresh token still gives its replacement, in milliseconds. */
const reuseInterval = 10_000;

function digest(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** All sessions of this process. */
export class Sessions {
  #byId = new Map<string, Session>();
  // Every token ever given by a live session, so that the reuse of an old one is recognised.
  #byToken = new Map<string, string>();

  /** @param now the clock, in milliseconds since 1970 */
  constructor(readonly now: () => number = Date.now) {}

  #newToken(sessionId: string): string {
    const token = randomBytes(9).toString("base64url");
    this.#byToken.set(digest(token), sessionId);
    return token;
  }

  /** Begins a session. */
  begin(userId: string): { session: Session; refreshToken: string } {
    const id = crypto.randomUUID();
    const refreshToken = this.#newToken(id);
    const since = Math.floor(this.now() / 1000);
    const session = {
      id,
      userId,
      since,
      current: digest(refreshToken),
      previous: null,
    };
    this.#byId.set(id, session);
    return { session, refreshToken };
  }

  /** The session with this id, if it has not ended. */
  find(id: string): Session | null {
    return this.#byId.get(id) ?? null;
  }

  /** Exchanges a refresh token for a new one. */
  refresh(token: string): Refreshed {
    const given = digest(token);
    const session = this.find(this.#byToken.get(given) ?? "");
    if (!session) return { refusal: "not_found" };
    if (given === session.current) {
      const refreshToken = this.#newToken(session.id);
      session.previous = {
        digest: given,
        usedAt: this.now(),
        replacement: refreshToken,
      };
      session.current = digest(refreshToken);
      return { session, refreshToken };
    }
    const { previous } = session;
    if (
      previous?.digest === given && this.now() - previous.usedAt < reuseInterval
    ) {
      return { session, refreshToken: previous.replacement };
    }
    this.end(session.id);
    return { refusal: "already_used" };
  }

  /** Ends a session. */
  end(id: string): void {
    this.#byId.delete(id);
    for (const [token, owner] of this.#byToken) {
      if (owner === id) this.#byToken.delete(token);
    }
  }

  /** Ends a user's sessions, except one if it is named. */
  endAll(userId: string, except: string | null = null): void {
    for (const session of [...this.#byId.values()]) {
      if (session.userId === userId && session.id !== except) {
        this.end(session.id);
      }
    }
  }
}
