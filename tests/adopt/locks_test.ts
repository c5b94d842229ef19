/** The command waits for locks briefly, ends nobody else, and goes on where it was ended itself. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { NoMoment } from "../../local/adopt/locks.ts";
import { adopt } from "./support/adopt.ts";
import { withLegacyDatabase } from "./support/legacy_database.ts";
import {
  BEFORE,
  endWhileItWaits,
  MOVED,
  places,
  STAYED,
  waitingCommand,
  withSession,
} from "./support/places.ts";

Deno.test("who writes is not held up behind a request that waits for its locks", async () => {
  await withLegacyDatabase([], async (database) => {
    const { url } = database;
    await adopt(url, "open");
    await withSession(url, async (holder) => {
      await holder.unsafe("begin; select from public.report_data_collections");
      const said: string[] = [];
      let tries = 0;
      const moving = adopt(url, "make-room", {
        tries: 2,
        say: (line) => said.push(line),
        // Between two tries somebody writes, and is not waited for by us.
        pause: async () => {
          tries++;
          await withSession(
            url,
            (writer) =>
              writer`update legacy_api.report_data_collections set status = 'paused' where true`,
          );
        },
      });
      // One that writes while the request waits: it queues behind the request, and gets on when that gives up.
      const queued = waitingCommand(database).then(() =>
        withSession(
          url,
          (writer) =>
            writer`update legacy_api.report_data_collections set status = 'running' where true`,
        )
      );
      await rejects(moving, (error: Error) => {
        ok(error instanceof NoMoment);
        match(error.message, /in use at each of 2 tries.*pid \d+/);
        return true;
      });
      equal((await queued).count, 2);
      equal(tries, 1);
      match(
        said[0],
        /^Try 1 of 2: the tables are in use\. They are held by pid/,
      );
      await holder.unsafe("rollback");
    });
    equal((await adopt(url, "make-room")).outcome, "done");
  });
});

Deno.test("who holds one table and wants another is not ended as a deadlock's victim", async () => {
  await withLegacyDatabase([], async (database) => {
    const { url } = database;
    await adopt(url, "open");
    await withSession(url, async (writer) => {
      await writer.unsafe(
        "begin; update legacy_api.report_data_collections set status = 'running' where true",
      );
      const moving = adopt(url, "make-room", { tries: 1 }).catch((error) =>
        error
      );
      await waitingCommand(database);
      // The request holds the weeks and waits for the collections; the writer goes the other way round.
      const { count } =
        await writer`update legacy_api.report_data_weeks set status = 'running' where true`;
      equal(count, 7);
      await writer.unsafe("commit");
      ok(await moving instanceof NoMoment);
    });
  });
});

Deno.test("each step that is ended in the middle goes on when it is called again", async () => {
  await withLegacyDatabase(["grown"], async (database) => {
    const { url, sql } = database;
    await endWhileItWaits(database, "open", "public.report_data_collections");
    const counted = () =>
      sql`select from pg_trigger where tgname = 'count_public_write'`.then((
        rows,
      ) => rows.length);
    equal(await counted(), 2);
    match(
      (await adopt(url, "make-room")).refusal!,
      /Not every table that moves is counted yet/,
    );
    await adopt(url, "open");
    equal(await counted(), 4);

    await endWhileItWaits(database, "make-room", "public.amc_instances");
    deepEqual(await places(database), BEFORE);
    await adopt(url, "make-room");
    deepEqual(await places(database), [...MOVED, ...STAYED]);

    await endWhileItWaits(database, "undo", "legacy.report_data_collections");
    deepEqual(await places(database), [...MOVED, ...STAYED]);
    await endWhileItWaits(database, "undo", "legacy.report_data_collections", {
      door: true,
    });
    await adopt(url, "undo");
    deepEqual(await places(database), BEFORE);

    await endWhileItWaits(database, "undo", "public.report_data_collections", {
      door: true,
    });
    ok(await counted() > 0);
    equal((await adopt(url, "undo", { door: true })).outcome, "done");
    deepEqual([
      ...await sql`select from pg_namespace where nspname like 'legacy%'`,
    ], []);
    equal(await counted(), 0);
    equal((await adopt(url, "undo")).outcome, "unchanged");
  });
});

Deno.test("a door that is closed while the command waits for its locks keeps the tables where they are", async () => {
  await withLegacyDatabase([], async (database) => {
    const { url, sql } = database;
    await adopt(url, "open");
    await withSession(url, async (holder) => {
      await holder.unsafe(
        "begin; lock table public.report_data_weeks in row exclusive mode",
      );
      const moving = adopt(url, "make-room");
      await waitingCommand(database);
      await sql`drop view legacy_api.amc_instances`;
      await holder.unsafe("rollback");
      match((await moving).refusal!, /does not show public\.amc_instances/);
    });
    deepEqual(await places(database), BEFORE);
  });
});
