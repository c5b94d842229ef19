import { deepEqual, equal, notEqual } from "node:assert/strict";
import { Sessions } from "../../../local/platform/api/auth_sessions.ts";

function sessionsAt(
  start: number,
): { sessions: Sessions; wait: (ms: number) => void } {
  let now = start;
  return { sessions: new Sessions(() => now), wait: (ms) => now += ms };
}

Deno.test("a refresh token is exchanged for a new one of the same session", () => {
  const { sessions } = sessionsAt(0);
  const begun = sessions.begin("user");
  const refreshed = sessions.refresh(begun.refreshToken);
  if ("refusal" in refreshed) throw new Error(refreshed.refusal);
  equal(refreshed.session.id, begun.session.id);
  notEqual(refreshed.refreshToken, begun.refreshToken);
});

Deno.test("a refresh token used again within ten seconds gives the same new token", () => {
  const { sessions, wait } = sessionsAt(0);
  const { refreshToken } = sessions.begin("user");
  const first = sessions.refresh(refreshToken);
  wait(9_999);
  deepEqual(sessions.refresh(refreshToken), first);
});

Deno.test("a refresh token used again later is already_used and ends the session", () => {
  const { sessions, wait } = sessionsAt(0);
  const { session, refreshToken } = sessions.begin("user");
  const first = sessions.refresh(refreshToken);
  wait(10_000);
  deepEqual(sessions.refresh(refreshToken), { refusal: "already_used" });
  equal(sessions.find(session.id), null);
  if ("refusal" in first) throw new Error(first.refusal);
  deepEqual(sessions.refresh(first.refreshToken), { refusal: "not_found" });
});

Deno.test("ending a user's sessions leaves other users' and the excepted one", () => {
  const { sessions } = sessionsAt(0);
  const [mine, other, theirs] = ["me", "me", "them"].map((user) =>
    sessions.begin(user)
  );
  sessions.endAll("me", mine.session.id);
  equal(sessions.find(other.session.id), null);
  equal(sessions.find(mine.session.id)?.id, mine.session.id);
  equal(sessions.find(theirs.session.id)?.id, theirs.session.id);
});
