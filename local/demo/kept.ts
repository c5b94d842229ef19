/**
 * What `npm start -- --keep` keeps between starts: the database, the simulator's executions, ports, keys and the demo
 * user. Everything lies below one folder, which one start at a time may use.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { SimulatorSnapshot } from "../amc/mod.ts";
import type { PlatformState } from "../platform/platform.ts";
import { serverAccount } from "../platform/postgres/account.ts";
import { localFolder } from "../platform/postgres/binaries.ts";
import { checkout, local, portIsFree } from "../platform/postgres/mod.ts";
import type { Access } from "./summary.ts";

/** What is written once a start has set everything up; it holds secrets. */
export interface KeptState {
  platform: PlatformState;
  user: { email: string; password: string };
}

/** The folder of kept data, which is this process's own until {@link Kept.close}. */
export interface Kept {
  /** Where the database lies. */
  database: string;
  /** The folder, for a person to see. */
  folder: string;
  /** What an earlier start has written; null when there is nothing to go on with. */
  state: KeptState | null;
  snapshot: SimulatorSnapshot | null;
  /** Writes the state, and `.local/env` for a front end. */
  save(state: KeptState, access: Access): Promise<void>;
  /** Writes the simulator's state, if it has changed. */
  saveSnapshot(snapshot: SimulatorSnapshot): Promise<void>;
  /** Lets another start use the folder. */
  close(): void;
}

/** A folder that several checkouts share (where the server cannot enter theirs) keeps the data of each apart. */
function keptName(path: string): string {
  return `kept-${createHash("sha256").update(path).digest("hex").slice(0, 8)}`;
}

/**
 * Opens the folder of kept data.
 *
 * @throws a sentence when another start uses it, or when the port of the kept database is taken
 */
export async function openKept(): Promise<Kept> {
  const folder = join(
    await localFolder(await serverAccount()),
    keptName(checkout),
  );
  await Deno.mkdir(folder, { recursive: true });
  // The server's account passes through it, whatever the umask.
  await Deno.chmod(folder, 0o755);
  const lock = await Deno.open(join(folder, "lock"), {
    create: true,
    write: true,
  });
  if (!await lock.tryLock(true)) {
    lock.close();
    throw new Error(
      `Another npm start -- --keep is using ${folder}: end it first, or start without --keep.`,
    );
  }
  const stateFile = join(folder, "state.json");
  const snapshotFile = join(folder, "amc.json");
  try {
    const state = await readJson<KeptState>(stateFile);
    checkDatabasePort(folder, state);
    let written = "";
    return {
      folder,
      database: join(folder, "postgres"),
      state,
      snapshot: state && await readJson<SimulatorSnapshot>(snapshotFile),
      async save(state, access) {
        await writeSecret(stateFile, JSON.stringify(state));
        await writeSecret(join(local, "env"), environment(access));
      },
      async saveSnapshot(snapshot) {
        const text = JSON.stringify(snapshot);
        if (text === written) return;
        await writeSecret(snapshotFile, text);
        written = text;
      },
      close: () => lock.close(),
    };
  } catch (error) {
    lock.close();
    throw error;
  }
}

function checkDatabasePort(folder: string, state: KeptState | null): void {
  if (!state || portIsFree(state.platform.databasePort)) return;
  throw new Error(
    `Port ${state.platform.databasePort}, where the kept database listens, is taken by another program: end that program, or remove ${folder} to start afresh.`,
  );
}

/** What a front end and its developer need, as lines that a shell and most tools read. */
function environment(access: Access): string {
  return `SUPABASE_URL=${access.apiUrl}
SUPABASE_PUBLISHABLE_KEY=${access.publishableKey}
SUPABASE_SECRET_KEY=${access.secretKey}
SUPABASE_DB_URL=${access.databaseUrl}
DEMO_EMAIL=${access.email}
DEMO_PASSWORD=${access.password}
`;
}

async function readJson<T>(file: string): Promise<T | null> {
  try {
    return JSON.parse(await Deno.readTextFile(file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Replaces a file in one step, so that a crash leaves the old one or the new one; only this user may read it. */
async function writeSecret(file: string, text: string): Promise<void> {
  const temporary = `${file}.new`;
  await Deno.remove(temporary).catch(() => {});
  await Deno.writeTextFile(temporary, text, { mode: 0o600 });
  await Deno.rename(temporary, file);
}
