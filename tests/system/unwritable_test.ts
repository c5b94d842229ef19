import assert from "node:assert/strict";
import { join } from "node:path";
import { openFunctionLog } from "../../local/demo/function_log.ts";
import { sentenceOf } from "../../local/demo/sentence.ts";
import { NpmStart } from "./npm_start.ts";

/** Where Deno keeps the packages that tests have fetched already. */
async function denoFolder(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json"],
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

Deno.test("npm start works where HOME and .local are not writable, says so, and ends without addresses", async () => {
  const file = await Deno.makeTempFile();
  try {
    // A file where a folder is expected cannot be written to, not even by root.
    const { code, stdout, stderr } = await new NpmStart(
      ["--exit", "--weeks=1"],
      {
        HOME: join(file, "home"),
        AMC_HISTORY_LOCAL: join(file, "local"),
        DENO_DIR: await denoFolder(),
      },
    ).ended;
    const all = [...stdout, ...stderr].join("\n");
    assert.equal(code, 0, all);
    assert.match(all, /^The home folder .* cannot be written: .* is used/m);
    assert.match(all, /^The functions' log cannot be written \(/m);
    assert.doesNotMatch(all, /https?:|postgres(ql)?:|sb_secret_/);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("a log that cannot be written any more says so in one sentence, once", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const warnings: string[] = [];
    const open = (path: string) => {
      const file = Deno.openSync(path, { create: true, append: true });
      file.close();
      return file;
    };
    const log = openFunctionLog(folder, (one) => warnings.push(one), open);
    for (const line of ["one", "two"]) {
      log.write({ function: "collect", stream: "stdout", line });
    }
    assert.equal(warnings.length, 1);
    assert.match(warnings[0], /^The functions' log cannot be written \(.*\)/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a full disk is one sentence, whatever the server printed around it", () => {
  const error = new Error(
    "PostgreSQL did not start:\nLOG: starting\nFATAL: could not write lock file: No space left on device\nLOG: shut down",
  );
  assert.equal(
    sentenceOf(error),
    "The disk is full: free some space and start again (FATAL: could not write lock file: No space left on device).",
  );
});
