/** The commands of every page, run as they stand where that is possible; each of the others says what runs it, or why none can. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import {
  checkout,
  createDatabase,
  databaseUrl,
  dropDatabase,
} from "../../local/platform/postgres/mod.ts";
import { testCluster } from "../support/cluster.ts";
import { type Command, commands } from "./support/commands.ts";

/** Run by `.ci/run`, or by the test that is named; here they would begin themselves anew. */
const RUN_ELSEWHERE: [RegExp, string][] = [
  [/^npm ci$/, ".ci/run"],
  [/^npm start\b/, "tests/system/start_test.ts and keep_test.ts"],
  [/^npm test\b/, ".ci/run"],
  [/^npm run (types|schema)$/, ".ci/run, with --check"],
  [/^npm run adopt\b/, "tests/adopt/page_test.ts, in the order of the page"],
  [/^npm run backfill\b/, "tests/worker/lost_ids_command_test.ts"],
  [/^\.ci\/run$/, "CI"],
];

/** Only their form is checked, in commands_test.ts. */
const CANNOT_RUN: [RegExp, string][] = [
  [/^npx supabase (login|link)\b/, "an account at Supabase"],
  [/^npx supabase (functions deploy|secrets set)\b/, "a cloud project"],
  [/^npx supabase (start|test db|functions serve)$/, "Docker"],
];

/** Run here, by the test whose name they are given. */
const RUN_HERE = {
  database: /^npx supabase (db push|migration list|gen types)\b.*--remote/,
  repository: /^git /,
  version: /^npm version\b/,
  variables: /^export /,
};

function those(pattern: RegExp): Command[] {
  const found = commands.filter(({ text }) => pattern.test(text));
  ok(found.length > 0, `no command ${pattern} is on any page any more`);
  return found;
}

/** Runs a command by a shell. @throws with what it printed unless it ends with status 0 */
async function run(
  { where, text }: Command,
  cwd: string,
  env: Record<string, string> = {},
): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", text],
    cwd,
    env,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  equal(
    code,
    0,
    `${where}\n${decoder.decode(stdout)}${decoder.decode(stderr)}`,
  );
  return decoder.decode(stdout);
}

async function withFolder(
  names: string[],
  how: (from: string, to: string) => Promise<void>,
  work: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "amc-history-commands-" });
  try {
    for (const name of names) {
      await how(join(checkout, name), join(folder, name));
    }
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("every command is run here, run elsewhere, or cannot be run, and for one reason", () => {
  const rules = [
    ...RUN_ELSEWHERE.map(([pattern]) => pattern),
    ...CANNOT_RUN.map(([pattern]) => pattern),
    ...Object.values(RUN_HERE),
  ];
  deepEqual(
    commands.filter(({ text }) =>
      rules.filter((rule) => rule.test(text)).length !== 1
    ).map(({ where }) => where),
    [],
  );
  for (const rule of rules) those(rule);
});

Deno.test("the commands for a project's database set up an empty one, in the order of the pages", async () => {
  const { cluster } = testCluster();
  const name = `commands_${randomBytes(6).toString("hex")}`;
  const url = databaseUrl(cluster, "postgres", name);
  await createDatabase(cluster, name);
  const link = (from: string, to: string) => Deno.symlink(from, to);
  try {
    await withFolder(
      ["supabase", "node_modules", "package.json"],
      link,
      async (folder) => {
        for (const command of those(RUN_HERE.database)) {
          // A linked project has an address and its TLS; here both are given.
          const text = command.text.replace("--remote", `--remote='${url}'`)
            .replace("db push", "db push --yes");
          const said = await run({ ...command, text }, folder, {
            PGSSLMODE: "disable",
            SUPABASE_TELEMETRY_DISABLED: "1",
            SUPABASE_NO_UPDATE_NOTIFIER: "1",
          });
          if (text.includes("migration list")) ok(said.includes("2026"), said);
          if (!text.includes("gen types")) continue;
          const types = join(folder, "database.types.ts");
          ok((await Deno.readTextFile(types)).includes("update_week_status"));
        }
      },
    );
  } finally {
    await dropDatabase(cluster, name);
  }
});

Deno.test("the commands of a release tag it and push the tag, and a checkout pulls", async () => {
  await withFolder([], Deno.symlink, async (folder) => {
    const git = (text: string, cwd = folder) =>
      run({ where: text, text: `git ${text}`, words: [] }, cwd);
    await git("init --quiet --bare origin.git");
    await git("clone --quiet origin.git clone");
    const clone = join(folder, "clone");
    await git(
      "-c user.name=test -c user.email=test@example.com commit --quiet --allow-empty -m First",
      clone,
    );
    await git("push --quiet", clone);
    for (const command of those(RUN_HERE.repository)) await run(command, clone);
    equal((await git("tag", join(folder, "origin.git"))).trim(), "v0.1.0");
  });
});

Deno.test("the command that sets the version writes both files", async () => {
  const names = ["package.json", "package-lock.json"];
  await withFolder(names, Deno.copyFile, async (folder) => {
    for (const command of those(RUN_HERE.version)) await run(command, folder);
    const [, version] = /npm version (\S+)/.exec(
      those(RUN_HERE.version)[0].text,
    )!;
    for (const name of names) {
      const { version: written } = JSON.parse(
        await Deno.readTextFile(join(folder, name)),
      );
      equal(written, version);
    }
  });
});

Deno.test("the variables of the contract tests are set by the lines that say so", async () => {
  for (const command of those(RUN_HERE.variables)) {
    const [name] = /\b[A-Z_]+(?==)/.exec(command.text)!;
    const text = `${command.text} && printenv ${name}`;
    ok((await run({ ...command, text }, checkout)).trim() !== "");
  }
});
