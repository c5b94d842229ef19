import { type Answer, openSession, seenWaiting, start } from "./sessions.ts";
import type { Session, Started } from "./sessions.ts";
import type { Harness } from "./harness.ts";

/** A session with a call in it that has begun. */
export interface Caller extends AsyncDisposable {
  session: Session;
  started: Started;
}

/** Opens a session and starts a call in it. */
export async function calls(
  harness: Harness,
  now: string,
  call: (session: Session) => Promise<Answer>,
): Promise<Caller> {
  const session = await openSession(harness.database.url, now);
  return {
    session,
    started: start(() => call(session)),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** Opens a session, makes a call in a transaction, and leaves the transaction open. */
export async function holds(
  harness: Harness,
  now: string,
  call: (session: Session) => Promise<unknown>,
): Promise<Session> {
  const session = await openSession(harness.database.url, now);
  await session.sql.unsafe("begin");
  await call(session);
  return session;
}

/** Waits until a call is seen waiting for a lock. @returns whether it was; false if it has returned instead */
export function waiting(
  harness: Harness,
  { session, started }: Caller,
): Promise<boolean> {
  return seenWaiting(harness.sql, started, session, null);
}

/** Commits what a session holds. */
export async function commit({ sql }: Session): Promise<void> {
  await sql.unsafe("commit");
}
