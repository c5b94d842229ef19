import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import {
  openSql,
  type Sql,
} from "../../supabase/functions/_shared/database/sql.ts";
import type { Client } from "../../supabase/functions/_shared/database/pg.d.ts";
import { copyInto } from "../../supabase/functions/_shared/database/copy.ts";
import { connected } from "../support/connected.ts";
import { withDatabase } from "../support/with_database.ts";

const encoder = new TextEncoder();

/** Rows of an integer and a text, from a number on, in pieces of about so many bytes. */
async function* rows(
  from: number,
  to: number,
  piece = 60_000,
): AsyncGenerator<Uint8Array> {
  let text = "";
  for (let n = from; n < to; n++) {
    text += `${n},a text that fills the row\n`;
    if (text.length < piece) continue;
    yield encoder.encode(text);
    text = "";
  }
  yield encoder.encode(text);
}

/** Never ends, and never has a byte. */
// deno-lint-ignore require-yield
async function* silence(): AsyncGenerator<Uint8Array> {
  await new Promise(() => {});
}

async function* oneAfterTheOther(
  ...parts: AsyncGenerator<Uint8Array>[]
): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield* part;
}

async function* text(lines: string): AsyncGenerator<Uint8Array> {
  yield encoder.encode(lines);
}

// deno-lint-ignore require-yield
async function* failing(): AsyncGenerator<Uint8Array> {
  throw new Error("The source broke off.");
}

interface Bench {
  sql: Sql;
  /** Ends the session that copies. */
  terminate(): Promise<void>;
  /** Copies into `table` in a transaction. */
  copy(bytes: AsyncIterable<Uint8Array>, table?: string): Promise<void>;
}

async function withTables(work: (bench: Bench) => Promise<void>) {
  await withDatabase(async ({ url }) => {
    await connected(url, async (own) => {
      await own.unsafe(`
        create table public.rows (n integer constraint n_is_positive check (n >= 0), s text);
        create table public.unique_at_commit (n integer unique deferrable initially deferred, s text);`);
      const sql = openSql(url);
      try {
        await work({
          sql,
          terminate: async () => {
            await own`select pg_terminate_backend(pid, 5000) from pg_stat_activity
              where application_name = 'amc-history' and datname = current_database()`;
          },
          copy: (bytes, table = "rows") =>
            sql.begin((transaction) =>
              transaction.copy(
                `copy public.${table} from stdin with (format csv)`,
                bytes,
              )
            ),
        });
      } finally {
        await sql.end();
      }
    });
  });
}

/** The copy fails as expected, nothing of it is in, and the connection serves on. */
async function assertRefused(
  { sql }: Bench,
  copying: Promise<void>,
  expected: { code?: string; message?: RegExp },
): Promise<void> {
  await assert.rejects(copying, expected);
  const [{ count }] = await sql<{ count: string }>`
    select count(*) from public.rows`;
  assert.equal(count, "0");
}

const CASES: Record<
  string,
  { code?: string; message?: RegExp; copy(bench: Bench): Promise<void> }
> = {
  "a statement that Postgres refuses": {
    code: "42P01",
    copy: ({ copy }) => copy(rows(0, 100_000), "nowhere"),
  },
  "a statement that Postgres refuses while no byte comes": {
    code: "42P01",
    copy: ({ copy }) => copy(silence(), "nowhere"),
  },
  "a bad row in the middle": {
    code: "22P02",
    copy: ({ copy }) =>
      copy(oneAfterTheOther(rows(0, 50_000), text("x,y\n"), rows(0, 300_000))),
  },
  "a bad row in the middle of many small pieces": {
    code: "22P02",
    copy: ({ copy }) =>
      copy(
        oneAfterTheOther(
          rows(0, 20_000, 500),
          text("x,y\n"),
          rows(0, 300_000, 500),
        ),
      ),
  },
  "a bad row after which no byte comes": {
    code: "22P02",
    copy: ({ copy }) =>
      copy(
        oneAfterTheOther(
          rows(0, 10),
          text("x,y\n"),
          rows(0, 10_000),
          silence(),
        ),
      ),
  },
  "a source that fails at once": {
    message: /^The source broke off\.$/,
    copy: ({ copy }) => copy(failing()),
  },
  "a source that fails in the middle": {
    message: /^The source broke off\.$/,
    copy: ({ copy }) => copy(oneAfterTheOther(rows(0, 50_000), failing())),
  },
  "a session that is ended in the middle": {
    code: "57P01",
    copy: ({ copy, terminate }) =>
      copy(
        oneAfterTheOther(rows(0, 50_000), after(terminate), rows(0, 300_000)),
      ),
  },
  "a session that is ended while no byte comes": {
    code: "57P01",
    copy: ({ copy, terminate }) =>
      copy(oneAfterTheOther(rows(0, 10), after(terminate), silence())),
  },
  "a constraint that the last part breaks": {
    code: "23514",
    copy: ({ copy }) => copy(oneAfterTheOther(rows(0, 10), text("-1,x\n"))),
  },
  "a constraint that is checked at commit": {
    code: "23505",
    copy: ({ copy }) => copy(text("1,a\n1,b\n"), "unique_at_commit"),
  },
};

// deno-lint-ignore require-yield
async function* after(
  work: () => Promise<void>,
): AsyncGenerator<Uint8Array> {
  await work();
}

for (const [name, { copy, ...expected }] of Object.entries(CASES)) {
  Deno.test(`${name} is the error of its COPY, and the next statement goes through`, async () => {
    await withTables((bench) => assertRefused(bench, copy(bench), expected));
  });
}

Deno.test("a session that ends between two statements fails the next one with the server's reason", async () => {
  await withTables(async ({ sql, terminate }) => {
    const failed = sql.begin(async (transaction) => {
      await transaction`insert into public.rows values (1, 'a')`;
      await terminate();
      await transaction`insert into public.rows values (2, 'b')`;
    });
    await assert.rejects(failed, { code: "57P01" });
    assert.deepEqual(await sql`select n from public.rows`, []);
  });
});

Deno.test("a transaction whose work failed is rolled back before that is told", async () => {
  await withTables(async ({ sql }) => {
    const failed = sql.begin(async (transaction) => {
      await transaction`insert into public.rows values (1, 'a')`;
      throw new Error("Changed my mind.");
    });
    await assert.rejects(failed, /Changed my mind/);
    assert.deepEqual(await sql`select n from public.rows`, []);
    const [{ state }] = await sql<{ state: string }>`
      select string_agg(distinct state, ', ') as state from pg_stat_activity
      where application_name = 'amc-history' and datname = current_database()`;
    assert.equal(state, "active");
  });
});

Deno.test("what is asked while both sessions work waits for one of them", async () => {
  await withTables(async ({ sql }) => {
    let release = () => {};
    const released = new Promise<void>((done) => (release = done));
    const working = [1, 2].map(() =>
      sql.begin(async (transaction) => {
        await transaction`select 1`;
        await released;
      })
    );
    const waiting = sql<{ n: number }>`select 3 as n`;
    release();
    assert.deepEqual(await waiting, [{ n: 3 }]);
    await Promise.all(working);
    const [{ count }] = await sql<{ count: number }>`
      select count(*)::integer as count from pg_stat_activity
      where application_name = 'amc-history' and datname = current_database()`;
    assert.ok(count <= 2, `${count} sessions`);
  });
});

/** What pg calls of a query that it has submitted. */
interface Submitted {
  submit(connection: object): void;
  handleCopyInResponse(connection: object): void;
  handleError(error: Error): void;
}

Deno.test("once Postgres has refused a COPY, what its socket has not taken yet is never written", async () => {
  const stream = Object.assign(new EventEmitter(), { write: () => false });
  const connection = { stream, query: () => {}, sendCopyFail: () => {} };
  let submitted: Submitted | undefined;
  const client = {
    query: (copy: Submitted) => {
      submitted = copy;
      copy.submit(connection);
      return copy;
    },
  };
  const copying = copyInto(
    client as Partial<Client> as Client,
    "copy t from stdin",
    oneAfterTheOther(text("1\n"), text("2\n"), text("3\n"), silence()),
  );
  await new Promise((turn) => setTimeout(turn, 0));
  submitted!.handleCopyInResponse(connection);
  submitted!.handleError(new Error("Refused."));
  await assert.rejects(copying, /Refused/);
  stream.emit("drain");
});
