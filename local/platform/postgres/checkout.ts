import { fileURLToPath } from "node:url";

/** The root folder of this checkout, without a trailing slash. */
export const checkout: string = fileURLToPath(
  new URL("../../../", import.meta.url),
).replace(/[/\\]$/, "");

/** The folder for what is made here and not committed; AMC_HISTORY_LOCAL names another than the checkout's `.local`. */
export const local: string = Deno.env.get("AMC_HISTORY_LOCAL") ??
  `${checkout}/.local`;
