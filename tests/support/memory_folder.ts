import { lstat, mkdir, statfs } from "node:fs/promises";
import { join } from "node:path";
import { removeKilledRuns } from "../../local/platform/postgres/run_folder.ts";

const MEMORY = "/dev/shm";
/** What statfs says of a file system in memory. */
const TMPFS = 0x01021994;
/** Far more than the databases of one lane take, so that other programs are not left without memory. */
const ROOM_BYTES = 3 * 2 ** 30;

/**
 * A folder of this user's own in memory for the data of clusters that only last for a run: a database is copied and dropped
 * for nearly every test, which some file systems take most of the run's time for.
 *
 * @param lanes clusters that have their data there
 * @param root where the file system is
 * @returns the folder, or null where there is no file system in memory or too little room: data is on the disk then
 */
export async function memoryFolder(
  lanes: number,
  root = MEMORY,
): Promise<string | null> {
  try {
    const folder = join(root, `amc-history-${Deno.uid()}`);
    // Else the memory that a killed run has left would be found missing, and stay so.
    await removeKilledRuns(folder);
    const { type, bavail, bsize } = await statfs(root);
    const room = Math.min(bavail * bsize, Deno.systemMemoryInfo().available);
    if (type !== TMPFS || room < lanes * ROOM_BYTES) return null;
    await mkdir(folder, { recursive: true, mode: 0o755 });
    const found = await lstat(folder);
    return found.isDirectory() && found.uid === Deno.uid() ? folder : null;
  } catch {
    return null;
  }
}
