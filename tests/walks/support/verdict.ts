import assert from "node:assert/strict";
import { type Amc, endOf, type Run } from "./amc.ts";
import {
  type AttemptRow,
  lives,
  type Picture,
  type WeekRow,
} from "./picture.ts";

const OPEN = ["pending", "running"];
/** The alerts that ask a person what became of a create; the second, after AMC contradicted what one said. */
const FOR_PERSON = ["unknown_outcome", "execution_not_confirmed"];

/** Whether an attempt lives only because a person has been alerted to resolve it and has not done so yet. */
function isForPerson(attempt: AttemptRow, now: Picture): boolean {
  return attempt.state === "unknown" &&
    attempt.confirmed_execution_id === null &&
    now.alerts.some(({ code, week_id }) =>
      FOR_PERSON.includes(code) && week_id === attempt.week_id
    );
}

/**
 * Whether a week waits for a person: its collection is paused, it is held up until a person acts, or attempts that wait for a
 * person hold all slots or the window of the week.
 */
function isHeld(week: WeekRow, now: Picture, forPerson: AttemptRow[]): boolean {
  return week.paused || week.for_person || forPerson.length >= now.cap ||
    forPerson.some(({ week_id }) =>
      now.weeks.some(({ id, start }) => id === week_id && start === week.start)
    );
}

/**
 * What has not settled yet.
 *
 * @param forPerson attempts that may wait for a person
 */
export function unsettled(now: Picture, forPerson: AttemptRow[]): string[] {
  const weeks = now.weeks
    .filter(({ status, due_at }) => OPEN.includes(status) || due_at !== null)
    .filter((week) => !isHeld(week, now, forPerson))
    .map(({ id, status, due_at }) => `week ${id} (${status}, due ${due_at})`);
  const attempts = now.attempts
    .filter((attempt) => lives(attempt) && !forPerson.includes(attempt))
    .map(({ id, state }) => `attempt ${id} (${state})`);
  return [...weeks, ...attempts];
}

/** The attempts that wait for a person: the instance has not proved that its list would show a lost create. */
export function attemptsForPerson(now: Picture): AttemptRow[] {
  return now.attempts.filter((attempt) => isForPerson(attempt, now));
}

/** Whether anything waits for a person who has been alerted to it. */
export function waitsForPerson(now: Picture): boolean {
  return attemptsForPerson(now).length > 0 ||
    now.weeks.some(weekWaits);
}

/** Whether an open week waits for a person who has been alerted to it. */
export function weekWaits({ for_person, paused, status }: WeekRow): boolean {
  return for_person && !paused && OPEN.includes(status);
}

/**
 * The creates that AMC accepted and the database does not know of. One that AMC lists late is taken once a slot is free.
 *
 * @param forPerson attempts that may wait for a person
 */
export function unfound(
  now: Picture,
  amc: Amc,
  forPerson: AttemptRow[],
): string[] {
  if (forPerson.length >= now.cap) return [];
  const known = new Set(now.executions.map(({ id }) => id));
  return oursOf(amc).filter(({ id }) => !known.has(id))
    .map(({ id }) => `${id}, which is not known`);
}

function oursOf(amc: Amc): Run[] {
  return amc.runs.filter(({ by }) => by === "us");
}

/** The executions of attempts, but for those that a person or an older caller began. */
function ofAttempts(now: Picture, amc: Amc): string[] {
  const ours = new Set(oursOf(amc).map(({ id }) => id));
  return now.attempts.flatMap(({ execution_id }) => execution_id ?? [])
    .filter((id) => ours.has(id));
}

/** An attempt only has a run of its own week, whatever people name. */
function checkWindows(now: Picture, amc: Amc): void {
  const startOf = new Map(now.weeks.map(({ id, start }) => [id, start]));
  const runs = new Map(amc.runs.map((run) => [run.id, run]));
  for (const { week_id, execution_id } of now.attempts) {
    const run = runs.get(execution_id ?? "");
    assert.ok(
      run === undefined || run.start.startsWith(startOf.get(week_id)!),
      `${run?.id} of ${run?.start} is not of week ${week_id}`,
    );
  }
}

/** What holds once everything has settled, if the list lagged less than the instance allows for. */
export function checkNothingRanTwice(now: Picture, amc: Amc): void {
  const ours = oursOf(amc);
  assert.deepEqual(
    ofAttempts(now, amc).sort(),
    ours.map(({ id }) => id).sort(),
    "the attempts with an id (found) are the creates that AMC accepted (expected)",
  );
  checkWindows(now, amc);
  checkSequence(amc.runs.filter(({ by }) => by !== "a person"));
  const duplicates = now.alerts.filter(({ code }) =>
    code === "duplicate_execution"
  );
  assert.deepEqual(duplicates, [], "nothing ran twice");
}

/** What holds once everything has settled, however long the list lagged: duplicates are known and have ended. */
export function checkDuplicatesAreKnown(now: Picture, amc: Amc): void {
  checkWindows(now, amc);
  const taken = new Set(ofAttempts(now, amc));
  const weekOf = new Map(now.executions.map((e) => [e.id, e.week_id]));
  for (const run of oursOf(amc).filter(({ id }) => !taken.has(id))) {
    const week = weekOf.get(run.id);
    assert.ok(
      now.alerts.some(({ code, week_id }) =>
        code === "duplicate_execution" && week_id === week
      ),
      `an alert names ${run.id}`,
    );
    assert.ok(endOf(run) <= amc.now, `${run.id} has ended`);
  }
}

/** A week's next create is accepted only after its previous execution ended at AMC. */
function checkSequence(ours: Run[]): void {
  for (const [start, runs] of Map.groupBy(ours, (run) => run.start)) {
    const inOrder = runs.toSorted((a, b) => a.createdAt - b.createdAt);
    for (const [i, run] of inOrder.entries()) {
      const next = inOrder[i + 1];
      assert.ok(
        next === undefined || endOf(run) <= next.createdAt,
        `${next?.id} of ${start} was accepted while ${run.id} ran`,
      );
    }
  }
}
