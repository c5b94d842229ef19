// What is held up and who lets it go: a claim, a refusal, a person and a check at once.
import assert from "node:assert/strict";
import { calls, commit, holds, waiting } from "./support/meeting.ts";
import type { Answer, Session } from "./support/sessions.ts";
import {
  addCollection,
  addInstance,
  after,
  clear,
  sharedHarness,
} from "./support/harness.ts";

const harness = sharedHarness();
const INSTANCE = "amcheld1";
const NOW = after(10);
/** When what is held up is tried again by itself. */
const LATER = after(7200);

async function claim({ sql }: Session): Promise<Answer> {
  return `${(await sql`select from public.claim_due_weeks()`).length} claimed`;
}

async function claimChecks({ sql }: Session): Promise<Answer> {
  const claimed = await sql`select from public.claim_workflow_checks()`;
  return `${claimed.length} claimed`;
}

async function resume({ sql }: Session, collection: string): Promise<Answer> {
  const [{ outcome }] =
    await sql`select * from public.resume_collection(${collection})`;
  return outcome;
}

/** AMC refuses a create. */
async function refuse({ sql }: Session, attempt: string): Promise<Answer> {
  const [{ outcome, reason }] = await sql`
    select * from public.report_create(${attempt}, 'refused', 400, 'No.')`;
  return reason === null ? outcome : `${outcome} (${reason})`;
}

/** AMC takes a create. */
async function take({ sql }: Session, attempt: string): Promise<Answer> {
  const [{ outcome }] = await sql`
    select * from public.record_execution(${attempt}, 'e1', '{"status": "PENDING", "matcher_proved": true}')`;
  return outcome;
}

/** A collection of six weeks, of which some are claimed, and AMC has refused some of those. */
async function refusedOf(weeks: number, refused: number) {
  const { sql } = harness();
  await clear(sql);
  await addInstance(sql, INSTANCE);
  const collection = await addCollection(sql, INSTANCE, 6);
  const claims = await sql`
    select attempt_id from public.claim_due_weeks(${weeks})`;
  const attempts = claims.map(({ attempt_id }) => attempt_id as string);
  for (const attempt of attempts.slice(0, refused)) {
    await sql`select public.report_create(${attempt}, 'refused', 400, 'No.')`;
  }
  return { collection, attempts };
}

/** A collection that AMC refused, and the attempt of the one week that tries whether it still does. */
async function tried() {
  const { collection } = await refusedOf(3, 3);
  const { sql } = harness();
  await sql`update public.stoppages set retry_at = ${after(20)}`;
  await using worker = await holds(harness(), after(20), claim);
  await commit(worker);
  const [{ id }] = await sql`select id from public.week_attempts where is_live`;
  return { collection, attempt: id as string };
}

/** How often the collection was held up, if it still is. */
async function timesHeld(): Promise<number | null> {
  const [held] = await harness().sql`
    select times from public.stoppages where kind = 'collection' and ended_at is null`;
  return held?.times ?? null;
}

/**
 * Lets a call wait for, or pass, one that is not committed yet.
 *
 * @returns whether it waited, and its answer
 */
async function meet(
  now: string,
  first: (session: Session) => Promise<Answer>,
  second: (session: Session) => Promise<Answer>,
): Promise<[boolean, Answer]> {
  await using a = await holds(harness(), now, first);
  await using b = await calls(harness(), now, second);
  const waits = await waiting(harness(), b);
  await commit(a);
  return [waits, await b.started.answer];
}

/** What a call answers, alone. */
async function answerOf(
  now: string,
  call: (session: Session) => Promise<Answer>,
): Promise<Answer> {
  await using caller = await calls(harness(), now, call);
  return await caller.started.answer;
}

for (const first of ["refusal", "claim"] as const) {
  Deno.test(`a claim meets the refusal that holds up its collection: the ${first} first`, async () => {
    const { attempts } = await refusedOf(3, 2);
    const refusal = (session: Session) => refuse(session, attempts[2]);
    if (first === "refusal") {
      assert.deepEqual(await meet(NOW, refusal, claim), [false, "3 claimed"]);
    } else {
      assert.deepEqual(
        await meet(NOW, claim, refusal),
        [true, "applied (collection_held)"],
      );
    }
    assert.equal(await timesHeld(), 1);
    assert.equal(await answerOf(after(11), claim), "0 claimed");
    // Once its pause is over, one week tries, whoever asks.
    assert.deepEqual(await meet(LATER, claim, claim), [false, "0 claimed"]);
    assert.equal(await answerOf(LATER, claim), "0 claimed");
    const [{ live }] = await harness().sql`
      select count(*)::integer as live from public.week_attempts where is_live`;
    assert.equal(live, 4, "three were under way, and one tries");
  });
}

for (const first of ["resume", "refusal"] as const) {
  Deno.test(`a refusal that was under way does not undo what a person resumed: the ${first} first`, async () => {
    const { collection, attempts } = await refusedOf(4, 3);
    const refusal = (session: Session) => refuse(session, attempts[3]);
    const person = (session: Session) => resume(session, collection);
    assert.deepEqual(
      first === "resume"
        ? await meet(NOW, person, refusal)
        : await meet(NOW, refusal, person),
      [true, first === "resume" ? "applied (collection_held)" : "applied"],
    );
    assert.equal(await timesHeld(), 1);
    assert.equal(await answerOf(after(11), claim), "1 claimed");
  });

  Deno.test(`the week that tries is refused while a person resumes: the ${first} first`, async () => {
    const { collection, attempt } = await tried();
    const refusal = (session: Session) => refuse(session, attempt);
    const person = (session: Session) => resume(session, collection);
    assert.deepEqual(
      first === "resume"
        ? await meet(after(30), person, refusal)
        : await meet(after(30), refusal, person),
      [true, first === "resume" ? "applied (collection_held)" : "applied"],
    );
    assert.equal(await timesHeld(), 2);
    assert.equal(
      await answerOf(after(31), claim),
      first === "resume" ? "0 claimed" : "1 claimed",
      "only who knew of the refusal lets a week try again",
    );
  });
}

for (const first of ["resume", "acceptance"] as const) {
  Deno.test(`the week that tries is taken while a person resumes: the ${first} first`, async () => {
    const { collection, attempt } = await tried();
    const acceptance = (session: Session) => take(session, attempt);
    const person = (session: Session) => resume(session, collection);
    assert.deepEqual(
      first === "resume"
        ? await meet(after(30), person, acceptance)
        : await meet(after(30), acceptance, person),
      [true, first === "resume" ? "recorded" : "already_applied"],
    );
    assert.equal(await timesHeld(), null);
    assert.equal(await answerOf(after(31), claim), "5 claimed");
  });
}

/** A version that waits for its check. */
async function unchecked(): Promise<void> {
  await refusedOf(0, 0);
  await harness().sql`update public.amc_workflows set checked_at = null`;
}

async function checks(): Promise<number> {
  const [{ made }] = await harness()
    .sql`select count(*)::integer as made from public.workflow_checks`;
  return made;
}

Deno.test("two workers at once ask for one dry run of a version", async () => {
  await unchecked();
  assert.deepEqual(
    await meet(NOW, claimChecks, claimChecks),
    [false, "0 claimed"],
  );
  assert.equal(await answerOf(after(11), claimChecks), "0 claimed");
  assert.equal(await checks(), 1);
});

Deno.test("a worker that dies before its claim of a check is committed leaves it to another", async () => {
  await unchecked();
  await using dying = await holds(harness(), NOW, claimChecks);
  await using other = await calls(harness(), NOW, claimChecks);
  assert.equal(await waiting(harness(), other), false);
  assert.equal(await other.started.answer, "0 claimed");
  await dying.sql.unsafe("rollback");
  assert.equal(await answerOf(NOW, claimChecks), "1 claimed");
  assert.equal(await checks(), 1);
});
