import assert from "node:assert/strict";
import fc from "fast-check";
import { localToInstant } from "../../supabase/functions/_shared/amc/mod.ts";
import {
  addDays,
  beginningOf,
  dateIn,
  day,
  nextWeekday,
  weekday,
  WEEKDAYS,
  weeks,
  zone,
  ZONES,
} from "./support/calendar.ts";
import {
  type Asked,
  type Collections,
  type Week,
  withCollections,
} from "./support/collections.ts";

const HOUR_MS = 3_600_000;
/** By how many hours the clocks change, where it is not one. */
const CHANGES: Record<string, number> = {
  "UTC": 0,
  "Asia/Kathmandu": 0,
  "Australia/Lord_Howe": 0.5,
};

/** Weeks that follow each other from a day on, made without the database. */
function weeksFrom(first: string, count: number): Week[] {
  return Array.from({ length: count }, (_, i) => ({
    week_start_date: addDays(first, 7 * i),
    week_end_date: addDays(first, 7 * i + 6),
  }));
}

function ask(first: string, count: number, time_zone: string): Asked {
  return {
    start_date: first,
    end_date: addDays(first, 7 * count - 1),
    time_zone,
  };
}

const plain = ({ week_start_date, week_end_date }: Week) => ({
  week_start_date,
  week_end_date,
});

/** Checks the weeks of a range and the windows that workers get for them; returns how many hours each has. */
async function checkRange(
  collections: Collections,
  first: string,
  count: number,
  time_zone: string,
  claimSize: number,
): Promise<number[]> {
  return await collections.during(
    ask(first, count, time_zone),
    async (made) => {
      assert.deepEqual(made.map(plain), weeksFrom(first, count));
      const windows = await collections.claimAll(claimSize);
      const instants = windows.map((window) => {
        const start = localToInstant(
          window.time_window_start,
          window.time_zone,
        )!;
        const end = localToInstant(window.time_window_end, window.time_zone)!;
        assert.deepEqual(
          [start, end],
          [window.starts_at.getTime(), window.ends_at.getTime()],
          "the client and the database agree on the instants",
        );
        return { start, end };
      });
      assert.deepEqual(
        instants,
        made.map(({ week_start_date }) => ({
          start: beginningOf(week_start_date, time_zone),
          end: beginningOf(addDays(week_start_date, 7), time_zone),
        })),
        "each week is claimed once, oldest first, and ends where the next begins",
      );
      return instants.map(({ start, end }) => (end - start) / HOUR_MS);
    },
  );
}

Deno.test("a range is cut into weeks without gap or overlap, which are sent oldest first in their zone", () =>
  withCollections((collections) =>
    fc.assert(
      fc.asyncProperty(
        day,
        weekday,
        weeks,
        zone,
        fc.integer({ min: 5, max: 100 }),
        async (from, weekday, count, zone, claimSize) => {
          const first = nextWeekday(from, weekday);
          await checkRange(collections, first, count, zone, claimSize);
        },
      ),
      { numRuns: 20 },
    )
  ));

Deno.test("weeks in which the clocks change differ by an hour, on any weekday, and a year evens out", () =>
  withCollections(async (collections) => {
    // The ISO year 2020 has 53 weeks, from Monday, 30 December 2019; the clocks change on Sundays.
    for (const zone of ZONES) {
      for (const [i, weekday] of WEEKDAYS.entries()) {
        const first = addDays("2019-12-30", i);
        const hours = await checkRange(collections, first, 53, zone, 100);
        const change = CHANGES[zone] ?? 1;
        assert.deepEqual(
          hours.filter((each) => each !== 168).sort(),
          change === 0 ? [] : [168 - change, 168 + change],
          `${zone}, ${weekday}`,
        );
      }
    }
  }));

Deno.test("the newest weeks are those that ended two weeks ago by the zone's own calendar", () =>
  withCollections((collections) =>
    fc.assert(
      fc.asyncProperty(
        day,
        // Around midnight, where the zone's day is another than UTC's, or at any time.
        fc.oneof(
          fc.integer({ min: -90, max: 90 }),
          fc.integer({ min: 0, max: 7 * 24 * 60 }),
        ),
        weekday,
        weeks,
        zone,
        async (from, minutes, week_starts_on, count, time_zone) => {
          const midnight = beginningOf(
            nextWeekday(from, week_starts_on),
            time_zone,
          );
          const now = new Date(midnight + minutes * 60_000).toISOString();
          const made = await collections.during(
            { weeks: count, week_starts_on, time_zone },
            (made) => Promise.resolve(made),
            now,
          );
          const today = dateIn(time_zone, now);
          // The week that begins in the seven days up to 14 days ago is not over yet, or not for long enough.
          const next = nextWeekday(addDays(today, -14 - 6), week_starts_on);
          assert.deepEqual(
            made.map(plain),
            weeksFrom(addDays(next, -7 * count), count),
          );
        },
      ),
      { numRuns: 30 },
    )
  ));

Deno.test("two dates are accepted only for 1 to 60 whole weeks that start on the weekday", () =>
  withCollections((collections) =>
    fc.assert(
      fc.asyncProperty(
        day,
        fc.oneof(
          fc.integer({ min: -10, max: 440 }),
          fc.integer({ min: -1, max: 62 }).map((weeks) => weeks * 7),
        ),
        fc.option(weekday, { nil: undefined }),
        async (start_date, days, week_starts_on) => {
          const refusal = await collections.refusal({
            start_date,
            end_date: addDays(start_date, days - 1),
            week_starts_on,
            time_zone: "UTC",
          });
          const fits = days >= 7 && days <= 420 && days % 7 === 0 &&
            (week_starts_on === undefined ||
              nextWeekday(start_date, week_starts_on) === start_date);
          assert.equal(refusal === null, fits, `refused: ${refusal}`);
        },
      ),
      { numRuns: 40 },
    )
  ));

Deno.test("by hand, a week can be added or moved only where its collection lacks one", () =>
  withCollections((collections) =>
    fc.assert(
      fc.asyncProperty(
        day,
        fc.integer({ min: 2, max: 10 }),
        fc.nat(9),
        fc.oneof(
          fc.integer({ min: -10, max: 80 }),
          fc.integer({ min: -1, max: 10 }).map((weeks) => weeks * 7),
        ),
        fc.constantFrom(5, 6, 6, 6, 7),
        async (first, count, missing, offset, length) => {
          await collections.during(
            ask(first, count, "UTC"),
            async (weeks, id) => {
              const gap = weeks[missing % count].week_start_date;
              await collections.deleteWeek(id, gap);
              const start = addDays(first, offset);
              const week = {
                week_start_date: start,
                week_end_date: addDays(start, length),
              };
              const fits = start === gap && length === 6;
              const refused = await collections.addWeek(id, week);
              assert.equal(refused === null, fits, `${refused}`);
              const other = weeks[(missing + 1) % count].week_start_date;
              const stays = start === other && length === 6;
              const kept = await collections.moveWeek(id, other, week);
              assert.equal(kept === null, fits || stays, `${kept}`);
            },
          );
        },
      ),
      {
        numRuns: 40,
        examples: [
          ["2025-03-03", 3, 1, 7, 6],
          ["2025-03-03", 3, 1, 7, 5],
          ["2025-03-03", 3, 1, 7, 7],
          ["2025-03-03", 3, 0, 0, 6],
          ["2025-03-03", 3, 2, 14, 6],
          ["2025-03-03", 3, 1, 6, 6],
          ["2025-03-03", 3, 1, 21, 6],
          ["2025-03-03", 3, 1, -7, 6],
        ],
      },
    )
  ));
