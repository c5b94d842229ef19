import { inSqlFunction, inTsFunction, type Mutant } from "../support/mutant.ts";

/** Guards of what is seen from outside: figures, health, metrics and their tokens. */
export const MONITORING: Mutant[] = [
  {
    name: "figures-of-others",
    guard: "tracking_figures has the caller's instances alone",
    off: "it has everybody's",
    edits: [
      inSqlFunction(
        "amc_history.tracking_figures",
        "and (amc_history.is_operator() or i.id in (select amc_history.instances_of_caller()))",
        "",
      ),
    ],
    tests: ["database/tracking_figures"],
  },
  {
    name: "slots-of-others",
    guard: "who is no member is told nothing of an instance's slots",
    off: "slots_in_use answers anybody",
    edits: [
      inSqlFunction(
        "amc_history.slots_in_use",
        "and (amc_history.is_operator() or i.id in (select amc_history.instances_of_caller()))",
        "",
      ),
    ],
    tests: ["database/instance_states"],
  },
  {
    name: "metrics-for-anybody",
    guard: "metrics opens to a token alone",
    off: "metrics_report asks for none",
    edits: [
      inSqlFunction(
        "amc_history.metrics_report",
        "where exists (select from amc_history.metrics_tokens t where t.token_hash = metrics_report.token_hash)",
        "",
      ),
    ],
    tests: ["database/metrics_report"],
  },
  {
    name: "metrics-token-kept",
    guard: "a token for metrics is kept as its hash alone",
    off: "it is kept as it is",
    edits: [
      inSqlFunction(
        "amc_history.create_metrics_token",
        "encode(sha256(convert_to(token, 'UTF8')), 'hex')",
        "token",
      ),
    ],
    tests: ["database/metrics_report"],
  },
  {
    name: "metrics-hash-opens",
    guard: "the hash of a token does not open metrics",
    off: "metrics takes a hash as well as a token",
    edits: [
      inTsFunction(
        "hashOf",
        "const digest = await crypto.subtle.digest(",
        "if (/^[0-9a-f]{64}$/.test(text)) return text; const digest = await crypto.subtle.digest(",
      ),
    ],
    tests: ["tests/worker/seen_from_outside"],
  },
  {
    name: "health-unwatched",
    guard: "health tells that nobody has looked for too long",
    off: "any look will do, however old",
    edits: [
      inSqlFunction(
        "amc_history.health_report",
        "and h.at >= amc_history.clock_now() - (amc_history.allowances()).watch_longest",
        "",
      ),
    ],
    tests: ["database/health_report"],
  },
  {
    name: "labels-unescaped",
    guard: "a label of a metric ends where its value does",
    off: "quotes are written as they are",
    edits: [
      inTsFunction("escape", String.raw`.replaceAll('"', '\\"')`, ""),
    ],
    tests: ["tests/worker/seen_from_outside"],
  },
];
