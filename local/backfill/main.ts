// `npm run backfill`: has lost execution ids searched in AMC's list, and shows what comes of it (docs/LOST_IDS.md).

import { createClient } from "@supabase/supabase-js";
import process from "node:process";
import { Output } from "../demo/output.ts";
import { ArgumentError, parseArguments, USAGE } from "./arguments.ts";
import { search } from "./search.ts";

const LOOK_EVERY_MS = 3_000;

/** Status 0: done; 1: refused or failed; 2: the arguments cannot be understood. */
async function main(args: string[]): Promise<number> {
  const out = new Output(Deno.stdout);
  try {
    const asked = parseArguments(args);
    if (asked === null) {
      out.line(USAGE);
      return 0;
    }
    const client = open(asked.project);
    let shown = "";
    return await search(client, asked, {
      progress: (line) => {
        const columns = out.columns();
        if (columns !== null) {
          out.write(`\r\x1b[J${line.slice(0, columns - 1)}`);
        } else if (line !== shown) out.line(line);
        shown = line;
      },
      say: out.line,
      pause: () => new Promise((done) => setTimeout(done, LOOK_EVERY_MS)),
    });
  } catch (error) {
    const { message, hint } = error as Error & { hint?: string };
    console.error(hint ? `${message} ${hint}` : message);
    return error instanceof ArgumentError ? 2 : 1;
  }
}

function open(project: string) {
  const secret = Deno.env.get("SUPABASE_SECRET_KEY");
  const publishable = Deno.env.get("SUPABASE_PUBLISHABLE_KEY");
  const token = Deno.env.get("SUPABASE_ACCESS_TOKEN");
  if (!secret && !(publishable && token)) {
    throw new ArgumentError(
      "Expected SUPABASE_SECRET_KEY, or SUPABASE_PUBLISHABLE_KEY and SUPABASE_ACCESS_TOKEN.",
    );
  }
  return createClient(project, secret ?? publishable!, {
    auth: { persistSession: false, autoRefreshToken: false },
    ...(secret
      ? {}
      : { global: { headers: { Authorization: `Bearer ${token}` } } }),
  });
}

process.exitCode = await main(Deno.args);
