/** The version that requests name in their User-Agent. */
export const VERSION = "0.1.0";

/** The User-Agent of every request, so that Amazon's support can find ours. */
export const USER_AGENT = `amc-history/${VERSION}`;
