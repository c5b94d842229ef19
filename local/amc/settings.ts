/**
 * AMC simulator: its settings and their defaults. Where AMC's behaviour is unknown or sources disagree, the
 * setting exists so that a test can take each side; the default is the side with the better evidence, or, without
 * evidence, the one that is harder on the client.
 */
import { z } from "zod";

/** A number of seconds, or the least and the most of them. */
const Seconds = z.union([
  z.number().nonnegative(),
  z.tuple([z.number().nonnegative(), z.number().nonnegative()]),
]);

const Execution = z.object({
  /** Least seconds in PENDING. */
  pendingSeconds: Seconds.default(0.2),
  /** Seconds in RUNNING: short here; 40 s to over 7 min are usual at AMC, hours happen (observed, M). */
  runSeconds: Seconds.default([1, 2]),
  /** Seconds in PUBLISHING (observed, M); 0: the status is not seen. */
  publishingSeconds: Seconds.default(0),
  /**
   * The final status of a run that waited past its expireTime (24 h after createTime: captured, H). AMC's own
   * is unknown; null: the run keeps waiting.
   */
  expiredStatus: z.enum(["FAILED", "REJECTED", "CANCELLED"]).nullable()
    .default(null),
});

/** AMC's words for an output channel that is no use, if any (SPEC, M). */
export const Channel = z.object({
  status: z.enum(["AVAILABLE", "PENDING", "UNAVAILABLE", "FAILED"]),
  statusReason: z.string().nullable().default(null),
});

const Results = z.object({
  rows: z.union([
    z.number().int().nonnegative(),
    z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]),
  ]).default([200, 600]),
  files: z.number().int().min(1).max(5).default(1),
  headerOnly: z.boolean().default(false),
  body: z.string().nullable().default(null),
  lineEnding: z.enum(["\n", "\r\n"]).default("\n"),
  byteOrderMark: z.boolean().default(false),
  bytesPerFile: z.number().int().positive().nullable().default(null),
  /** Shown in `outputChannels` as the download (SPEC, M); null: the field is absent (captured, H). */
  channel: Channel.nullable().default(null),
});

const Lag = z.object({
  /** Seconds after its creation in which lists do not show an execution (length unknown; inferred, L). */
  listSeconds: Seconds.default(0),
  /** Seconds in which GET, PUT and downloadUrls say that it does not exist (observed, M-L). */
  getSeconds: Seconds.default(0),
  /** With which status: 404 (SPEC) or 400 (observed, M). */
  getStatus: z.literal([400, 404]).default(400),
  /** Seconds after its creation in which a workflow cannot be run. */
  workflowSeconds: z.number().nonnegative().default(0),
});

const Limits = z.object({
  /** Running executions per instance (guide, M). */
  maxRunning: z.number().int().positive().default(10),
  /** Above this many pending and running executions: queue (guide), or refuse as a sibling API does (M). */
  aboveActive: z.enum(["queue", "400", "403", "409", "422", "429"])
    .default("queue"),
  active: z.number().int().positive().default(10),
  /** Creates per instance in 24 h; 30 in an old text, which no public client is seen to reach (M); null: none. */
  daily: z.number().int().positive().nullable().default(null),
  dailyStatus: z.literal([400, 403, 409, 422, 429]).default(422),
  /** What a refusal above either limit says instead: AMC's words are unknown. */
  words: z.string().nullable().default(null),
  /**
   * Runs of the same or an overlapping window before the next is REJECTED for privacy (guide, M; AMC's number
   * is unknown); null: never.
   */
  overlappingRuns: z.number().int().positive().nullable().default(null),
});

const DryRuns = z.object({
  /**
   * A create with `dryRun` compiles and does no more: no quota, no output (SPEC, H); a good query ends SUCCEEDED in
   * seconds, a bad one REJECTED (M). Whether lists show it is unknown: "listed" or "not_listed" (GET shows it in
   * both). "ignored": the query runs all the same; "refused": 400. Both are invented.
   */
  handling: z.enum(["listed", "not_listed", "ignored", "refused"])
    .default("listed"),
  /** Seconds in RUNNING. */
  runSeconds: Seconds.default(1),
});

const Queries = z.object({
  /**
   * Where a query that does not compile is found: 400 when it is saved (observed, M), or REJECTED once it runs, and
   * the save passes (observed, M). CONFLICT.
   */
  compiledAt: z.enum(["save", "run"]).default("save"),
  /** Tables that AMC does not have: a query that names one does not compile. */
  missingTables: z.array(z.string().min(1)).default([]),
  /** A `;` at the end: SUCCEEDED with only a header (seen in production, M), or of no effect. */
  semicolon: z.enum(["empty_result", "ignored"]).default("empty_result"),
  /** Comments: a query with one does not compile (one client's rule, M), or they are of no effect. */
  comments: z.enum(["refused", "ignored"]).default("refused"),
});

const Retention = z.object({
  /** Data of this many months are kept (guide, M); null: of all times. */
  months: z.number().int().positive().nullable().default(13),
  /** What comes of a window that begins earlier; unknown. By default the answer that does not say it. */
  older: z.enum(["empty_result", "refused", "REJECTED"])
    .default("empty_result"),
});

const Answers = z.object({
  /** Create and get wrap the execution: SPEC says so, no captured response does (CONFLICT). */
  wrapped: z.boolean().default(false),
  /** How the last page says that it is the last: absent in captures, null or "" elsewhere (H). */
  nextTokenAtEnd: z.enum(["absent", "null", "empty"]).default("absent"),
  /** A `Z` at the end of a window: unknown; rejected by default, since no client should send it. */
  trailingZ: z.enum(["strip", "reject"]).default("reject"),
  /** Status of "already exists" (the text is known, H; the status is not). */
  alreadyExistsStatus: z.number().int().default(400),
  /** Status of "unavailable for download" (the text is known, M; the status is not). */
  unavailableStatus: z.literal([400, 404]).default(404),
  /** Status of "does not exist" for an execution: 404 in SPEC, 400 observed (M). */
  unknownExecutionStatus: z.literal([400, 404]).default(400),
  /** DELETE of an execution: in a guide, not in SPEC (L). */
  deleteExecutionStatus: z.literal([404, 405]).default(405),
  /** A workflow made without timeWindowType then refuses EXPLICIT runs (one client's report, L). */
  strictTimeWindowType: z.boolean().default(false),
  /**
   * The timeout that an execution shows: what was sent, 21600 whatever was sent, or none. No capture tells: the
   * captured request sent none, and 21600 is the default (L).
   */
  timeoutEcho: z.enum(["sent", "default", "absent"]).default("sent"),
  /** Hours by which the instants of windows differ from ours, as they do by zone data of another year. */
  windowHoursOff: z.number().min(-26).max(26).default(0),
  /** `SUCCEEDED` (captured, H), `Succeeded` or `succeeded`. */
  statusCase: z.enum(["upper", "title", "lower"]).default("upper"),
  /** `CANCELLED` (SPEC, H) or `CANCELED`. */
  cancelledWord: z.enum(["CANCELLED", "CANCELED"]).default("CANCELLED"),
  /** Vendor media types (captured, H), or one for all JSON; a save is answered as octets all the same (captured, H). */
  mediaType: z.enum(["vendor", "json", "octets", "text"]).default("vendor"),
  /** Which headers hold the request id: two with one value (captured, H), one of them, a gateway's, or none. */
  requestId: z.enum([
    "both",
    "x-amz-rid",
    "x-amz-request-id",
    "x-amzn-requestid",
    "none",
  ]).default("both"),
});

const Links = z.object({
  /** Life of a signed link, on the machine's clock: 600 s (SPEC, H). */
  seconds: z.number().positive().default(600),
  /** Whether Range is served. S3 does; a proxy in front may not. */
  acceptRanges: z.boolean().default(true),
  /** The server says that it serves ranges, and responds with the whole file. */
  ignoreRanges: z.boolean().default(false),
});

/** The settings that can be changed while the simulator runs. */
export const Settings = z.object({
  /** Seed of results and durations. */
  seed: z.string().default("amc"),
  /** Life of an access token, on the machine's clock: 3600 s (REF, H). */
  tokenSeconds: z.number().positive().default(3600),
  execution: Execution.prefault({}),
  results: Results.prefault({}),
  lag: Lag.prefault({}),
  limits: Limits.prefault({}),
  dryRuns: DryRuns.prefault({}),
  retention: Retention.prefault({}),
  queries: Queries.prefault({}),
  answers: Answers.prefault({}),
  links: Links.prefault({}),
  /** What a workflow's outputFormat defaults to; AMC's is unknown (one lake reads backslash escapes, M). */
  outputFormat: z.object({
    separatorCharacter: z.string().length(1).default(","),
    quoteCharacter: z.string().length(1).default('"'),
    escapeCharacter: z.string().length(1).default("\\"),
  }).prefault({}),
});

/** Settings with every default filled in. */
export type Settings = z.output<typeof Settings>;
/** Settings as they may be given: all optional. */
export type SettingsInput = z.input<typeof Settings>;

type Section = Record<string, unknown>;

/**
 * Lays a partial change over settings, section by section, and checks the whole.
 *
 * @throws z.ZodError naming the field that is wrong; the settings are then unchanged
 */
export function changeSettings(
  settings: Settings,
  change: SettingsInput,
): void {
  const merged: Section = { ...settings };
  for (const [key, value] of Object.entries(change)) {
    const old = merged[key];
    const section = typeof old === "object" && old !== null &&
      typeof value === "object";
    merged[key] = section ? { ...old, ...value } : value;
  }
  Object.assign(settings, Settings.parse(merged));
}
