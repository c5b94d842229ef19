import assert from "node:assert/strict";
import type postgres from "postgres";
import { startHttpSender } from "../../local/platform/http_sender.ts";
import { connected } from "../support/connected.ts";
import { eventually } from "../support/eventually.ts";
import { type TestDatabase, withDatabase } from "../support/with_database.ts";

/** A request's timeout that no loaded machine reaches. */
const PATIENT_MS = 120_000;

/** A database with the three extensions, created by postgres in the way a migration does. */
async function withExtensions(
  work: (sql: postgres.Sql, database: TestDatabase) => Promise<void>,
): Promise<void> {
  await withDatabase((database) =>
    connected(database.url, async (sql) => {
      await sql.unsafe(`
        create extension if not exists pg_cron with schema pg_catalog;
        create extension if not exists pg_net with schema extensions;
        create extension if not exists supabase_vault with schema vault;`);
      await work(sql, database);
    })
  );
}

/** A server that keeps what it was sent. */
async function withReceiver(
  work: (
    url: string,
    received: { method: string; path: string; apikey: string; body: string }[],
  ) => Promise<void>,
): Promise<void> {
  const received: Awaited<Parameters<typeof work>[1]> = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const url = new URL(request.url);
      if (url.pathname === "/moved") {
        return Response.redirect(new URL("/here", request.url), 308);
      }
      received.push({
        method: request.method,
        path: url.pathname + url.search,
        apikey: request.headers.get("apikey") ?? "",
        body: await request.text(),
      });
      return Response.json({ ok: true }, { status: 202 });
    },
  );
  try {
    await work(`http://127.0.0.1:${server.addr.port}`, received);
  } finally {
    await server.shutdown();
  }
}

Deno.test("pg_net sends a request once its transaction has committed, and not before", async () => {
  await withExtensions((sql, { adminUrl }) =>
    withReceiver(async (url, received) => {
      const sender = startHttpSender({ adminDatabaseUrl: adminUrl });
      try {
        await sql`begin`;
        await sql`
          select net.http_post(${url + "/inside"}, '{"n": 1}', '{"a": "b c"}',
            '{"apikey": "key"}', ${PATIENT_MS})`;
        // A request committed later by another session goes first: the sender has looked meanwhile.
        await connected(
          adminUrl,
          (other) =>
            other`
              select net.http_get(${url + "/other"},
                timeout_milliseconds => ${PATIENT_MS})`,
        );
        await eventually(
          "the other request",
          () => Promise.resolve(received.length > 0),
        );
        assert.deepEqual(received.map(({ path }) => path), ["/other"]);
        await sql`commit`;
        await eventually(
          "the committed request",
          () => Promise.resolve(received.length > 1),
        );
        assert.deepEqual(received[1], {
          method: "POST",
          path: "/inside?a=b%20c",
          apikey: "key",
          body: `{"n": 1}`,
        });
        const answer = await eventually("its answer", async () =>
          (await sql`
            select status_code, content, timed_out from net._http_response
            order by id desc limit 1`)[0]);
        assert.deepEqual({ ...answer }, {
          status_code: 202,
          content: `{"ok":true}`,
          timed_out: false,
        });
        assert.equal((await sql`select from net.http_request_queue`).length, 0);
      } finally {
        await sender.stop();
      }
    })
  );
});

Deno.test("pg_net sends nothing of a transaction that rolled back", async () => {
  await withExtensions((sql, { adminUrl }) =>
    withReceiver(async (url, received) => {
      await sql`begin`;
      await sql`select net.http_get(${url + "/undone"})`;
      await sql`rollback`;
      await sql`
        select net.http_get(${
        url + "/done"
      }, timeout_milliseconds => ${PATIENT_MS})`;
      const sender = startHttpSender({ adminDatabaseUrl: adminUrl });
      await eventually(
        "the committed request",
        () => Promise.resolve(received.length > 0),
      );
      await sender.stop();
      assert.deepEqual(received.map(({ path }) => path), ["/done"]);
    })
  );
});

Deno.test("pg_net gives up after the request's timeout, 5 seconds by default, and says so", async () => {
  await withExtensions(async (sql, { adminUrl }) => {
    await sql`select net.http_post('http://127.0.0.1:1/')`;
    const [queued] = await sql`
      delete from net.http_request_queue returning timeout_milliseconds`;
    assert.equal(queued.timeout_milliseconds, 5000);

    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const messages: string[] = [];
    const sender = startHttpSender({
      adminDatabaseUrl: adminUrl,
      log: (message) => messages.push(message),
    });
    try {
      await sql`
        select net.http_get(${`http://127.0.0.1:${port}/?key=hidden`},
          timeout_milliseconds => 200)`;
      const [answer] = await eventually("the timeout", async () => {
        const rows = await sql`
          select timed_out, error_msg, status_code from net._http_response`;
        return rows.length > 0 && rows;
      });
      assert.equal(answer.timed_out, true);
      assert.equal(answer.status_code, null);
      assert.match(messages.join("\n"), /Timeout of 200 ms reached/);
      assert.doesNotMatch(messages.join("\n"), /hidden/);
    } finally {
      await sender.stop();
      listener.close();
    }
  });
});

Deno.test("pg_net raises at once on an address that libcurl does not take, and queues nothing", async () => {
  await withExtensions(async (sql) => {
    for (
      const url of [
        "",
        "project.supabase.co/functions/v1/collect",
        "/functions/v1/collect",
        "//project.supabase.co",
        "https://project supabase.co",
        " https://project.supabase.co",
        "https://project.supabase.co ",
        "https://project.supabase.co\n/functions/v1/collect",
        "https://project.supabase.co\t",
        "https://",
        "https:///functions/v1/collect",
        "ftp://project.supabase.co",
        "https://project.supabase.co:123456/",
      ]
    ) {
      for (const call of ["post", "get", "delete"]) {
        await assert.rejects(
          sql`select ${sql.unsafe(`net.http_${call}`)}(${url})`,
          { code: "XX000" },
          JSON.stringify(url),
        );
      }
    }
    const taken = [
      "https://project.supabase.co//functions",
      "HTTP://127.0.0.1:54321/?a=b#c",
    ];
    for (const url of taken) await sql`select net.http_post(${url})`;
    const queued =
      await sql`select url from net.http_request_queue order by id`;
    assert.deepEqual(queued.map(({ url }) => url), taken);
    await assert.rejects(sql`select net.http_post(null)`, { code: "23502" });
  });
});

Deno.test("pg_net follows redirects, and answers with what it found there", async () => {
  await withExtensions((sql, { adminUrl }) =>
    withReceiver(async (url, received) => {
      await sql`
        select net.http_post(${url + "/moved"}, '{"n": 1}',
          headers => '{"apikey": "key"}', timeout_milliseconds => ${PATIENT_MS})`;
      const sender = startHttpSender({ adminDatabaseUrl: adminUrl });
      try {
        const answer = await eventually(
          "the answer",
          async () =>
            (await sql`select status_code from net._http_response`)[0],
        );
        assert.equal(answer.status_code, 202);
        assert.deepEqual(received, [
          { method: "POST", path: "/here", apikey: "key", body: `{"n": 1}` },
        ]);
      } finally {
        await sender.stop();
      }
    })
  );
});

/** A server that answers a request only when it is told to. */
async function withSlowReceiver(
  work: (url: string, arrived: string[], answer: () => void) => Promise<void>,
): Promise<void> {
  const arrived: string[] = [];
  const waiting: (() => void)[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      arrived.push(pathname);
      if (pathname.startsWith("/slow")) {
        await new Promise<void>((done) => waiting.push(done));
      }
      return new Response("ok");
    },
  );
  const answer = () => waiting.splice(0).forEach((done) => done());
  try {
    await work(`http://127.0.0.1:${server.addr.port}`, arrived, answer);
  } finally {
    answer();
    await server.shutdown();
  }
}

Deno.test("pg_net's batches are serial: until the slowest of one has its answer, it is seen in the queue, and the next waits", async () => {
  await withExtensions((sql, { adminUrl }) =>
    withSlowReceiver(async (url, arrived, answer) => {
      const get = (path: string) =>
        sql`
          select net.http_get(${url + path}, headers => '{"apikey": "seen"}',
            timeout_milliseconds => ${PATIENT_MS})`;
      await sql`begin`;
      await get("/slow");
      await get("/quick");
      await sql`commit`;
      const sender = startHttpSender({ adminDatabaseUrl: adminUrl });
      try {
        await eventually(
          "the batch to be sent",
          () => Promise.resolve(arrived.length === 2),
        );
        await get("/next");
        await sql`set role anon`;
        const queue = await sql`
          select headers ->> 'apikey' as key from net.http_request_queue`;
        await sql`reset role`;
        assert.deepEqual(queue.map(({ key }) => key), ["seen", "seen", "seen"]);
        const answers = await sql`select from net._http_response`;
        assert.equal(answers.length, 0);
        assert.ok(!arrived.includes("/next"));
        answer();
        await eventually(
          "all answers",
          async () => (await sql`select from net._http_response`).length === 3,
        );
        assert.deepEqual([...arrived.slice(0, 2)].sort(), ["/quick", "/slow"]);
        assert.equal(arrived[2], "/next");
        assert.equal((await sql`select from net.http_request_queue`).length, 0);
      } finally {
        answer();
        await sender.stop();
      }
    })
  );
});

Deno.test("pg_net sends a batch again whose end it could not store", async () => {
  await withExtensions((sql, { adminUrl }) =>
    withSlowReceiver(async (url, arrived, answer) => {
      await connected(adminUrl, (admin) =>
        admin.unsafe(
          "alter table net._http_response add constraint broken check (false) not valid",
        ));
      await sql`
        select net.http_get(${url + "/slow"},
          timeout_milliseconds => ${PATIENT_MS})`;
      const sender = startHttpSender({ adminDatabaseUrl: adminUrl });
      try {
        await eventually("it to come again", () => {
          answer();
          return Promise.resolve(arrived.length > 1);
        });
        await connected(adminUrl, (admin) =>
          admin.unsafe(
            "alter table net._http_response drop constraint broken",
          ));
        await eventually("one answer", async () => {
          answer();
          return (await sql`select from net._http_response`).length === 1;
        });
        assert.equal((await sql`select from net.http_request_queue`).length, 0);
      } finally {
        answer();
        await sender.stop();
      }
    })
  );
});

Deno.test("any role may read pg_net's queue, headers included", async () => {
  await withExtensions(async (sql) => {
    await sql`select net.http_get('http://127.0.0.1:1/', headers => '{"apikey": "seen"}')`;
    await sql`set role anon`;
    const [row] = await sql`select headers from net.http_request_queue`;
    assert.deepEqual(row.headers, { apikey: "seen" });
    await sql`reset role`;
  });
});

Deno.test("cron.schedule takes what pg_cron takes", async () => {
  await withExtensions(async (sql) => {
    const taken = [
      "* * * * *",
      "*/5 0-12/2 1,15 jan-mar mon-fri",
      "0 0 $ * *",
      "@hourly",
      "1 second",
      "59 seconds",
      "@reboot",
      " @daily",
      "*/10 * * * * *",
      "0 0 * * * what follows the fifth field",
    ];
    for (const schedule of taken) {
      await sql`select cron.schedule(${schedule}, ${schedule}, 'select 1')`;
    }
    const refused = [
      "60 seconds",
      "0 seconds",
      "* * * *",
      "60 * * * *",
      "* 24 * * *",
      "* * 0 * *",
      "* * * 13 *",
      "* * * * 8",
      "*/0 * * * *",
      "5-1 * * * *",
      "every minute",
      "@Hourly",
      "",
    ];
    for (const schedule of refused) {
      await assert.rejects(
        sql`select cron.schedule(${schedule}, 'select 1')`,
        /invalid schedule/,
        schedule,
      );
    }
    const jobs = await sql`
      select schedule from cron.job where jobname = any(${taken}) order by jobid`;
    assert.deepEqual(jobs.map(({ schedule }) => schedule), taken);
  });
});

Deno.test("cron.schedule and cron.alter_job refuse null where it leaves nothing to run", async () => {
  await withExtensions(async (sql) => {
    for (
      const call of [
        "cron.schedule(null, 'select 1')",
        "cron.schedule('* * * * *', null)",
        "cron.schedule(null, '* * * * *', 'select 1')",
        "cron.schedule('a job', null, 'select 1')",
        "cron.schedule('a job', '* * * * *', null)",
        "cron.alter_job(null, active => false)",
      ]
    ) {
      await assert.rejects(
        sql.unsafe(`select ${call}`),
        /can not be NULL/,
        call,
      );
    }
  });
});

Deno.test("scheduling a name again replaces the job, and unscheduling removes it", async () => {
  await withExtensions(async (sql) => {
    const [{ id: first }] = await sql`
      select cron.schedule('a job', '* * * * *', 'select 1') as id`;
    const [{ id: second }] = await sql`
      select cron.schedule('a job', '30 seconds', 'select 2') as id`;
    assert.equal(first, second);
    await sql`select cron.alter_job(${first}, active => false)`;
    const [job] = await sql`
      select schedule, command, active, username from cron.job where jobid = ${first}`;
    assert.deepEqual({ ...job }, {
      schedule: "30 seconds",
      command: "select 2",
      active: false,
      username: "postgres",
    });
    await sql`select cron.unschedule('a job')`;
    assert.equal(
      (await sql`select from cron.job where jobid = ${first}`).length,
      0,
    );
    await assert.rejects(
      sql`select cron.unschedule('a job')`,
      /could not find valid entry for job 'a job'/,
    );
  });
});

Deno.test("postgres may not write cron.job directly, and the API roles see nothing of it", async () => {
  await withExtensions(async (sql) => {
    await assert.rejects(
      sql`update cron.job set active = false`,
      { code: "42501" },
    );
    await sql`set role service_role`;
    await assert.rejects(sql`select from cron.job`, { code: "42501" });
    await sql`reset role`;
  });
});

Deno.test("vault shows secrets to postgres and service_role only, and decrypted only in its view", async () => {
  await withExtensions(async (sql) => {
    const [{ id }] = await sql`
      select vault.create_secret('the value', 'the name') as id`;
    await sql`select vault.update_secret(${id}, 'the new value')`;
    const [row] = await sql`
      select name, secret, decrypted_secret from vault.decrypted_secrets
      where id = ${id}`;
    assert.equal(row.name, "the name");
    assert.equal(row.decrypted_secret, "the new value");
    assert.notEqual(row.secret, "the new value");
    await assert.rejects(
      sql`select vault.create_secret('other', 'the name')`,
      { code: "23505" },
    );
    await assert.rejects(
      sql`select vault.create_secret('other', 'another name', null)`,
      { code: "23502" },
    );
    await sql`set role service_role`;
    assert.equal(
      (await sql`select from vault.decrypted_secrets where id = ${id}`).length,
      1,
    );
    for (const name of ["anon", "authenticated"]) {
      await sql`set role ${sql(name)}`;
      await assert.rejects(
        sql`select from vault.decrypted_secrets`,
        { code: "42501" },
      );
    }
    await sql`reset role`;
  });
});
