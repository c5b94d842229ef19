/** The account that a child runs as; null: this process's own. */
type Account = { uid: number; gid: number } | null;

/**
 * Ends a child process together with this one, however this one ends, SIGKILL included: a shell waits for the end
 * of its standard input, which comes when this process is gone, and then sends the signal.
 *
 * @param signal a name without SIG
 * @param account the account that the child runs as
 * @returns a function to call once the child has ended by itself
 */
export function endWithThisProcess(
  child: Deno.ChildProcess,
  signal: "KILL" | "QUIT" | "TERM" = "KILL",
  account: Account = null,
): () => Promise<void> {
  const watchdog = new Deno.Command("/bin/sh", {
    args: [
      "-c",
      'cat >/dev/null; kill -s "$1" "$2"',
      "sh",
      signal,
      String(child.pid),
    ],
    ...(account ?? {}),
    cwd: "/",
    stdin: "piped",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).spawn();
  return async () => {
    watchdog.kill("SIGKILL");
    await watchdog.status;
    await watchdog.stdin.close().catch(() => {});
  };
}
