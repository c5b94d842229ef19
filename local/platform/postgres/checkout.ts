import { fileURLToPath } from "node:url";

/** The root folder of this checkout, without a trailing slash. */
export const checkout: string = fileURLToPath(
  new URL("../../../", import.meta.url),
).replace(/[/\\]$/, "");
