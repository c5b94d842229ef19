import { inSqlFunction, inTsFunction, type Mutant } from "../support/mutant.ts";

/** Guards of what is queued for webhooks, and of who sets them up. */
const QUEUE: Mutant[] = [
  {
    name: "half-a-secret-kept",
    guard: "half a secret at the end of what was read of an answer is not kept",
    off: "the end is kept",
    edits: [
      inTsFunction("keptWords", "const half = isCut", "const half = !isCut"),
    ],
    tests: ["functions/tests/webhook_words"],
  },
  {
    name: "whoever-tells-waits-for-webhooks",
    guard: "what is told waits a second at most for who changes a webhook",
    off: "it waits as long as that takes",
    edits: ["amc_history.queue_alert", "amc_history.queue_duplicate"].map(
      (name) => inSqlFunction(name, "set lock_timeout = '1s'", ""),
    ),
    tests: ["concurrency/telling"],
  },
  {
    name: "last-resort-unread",
    guard: "a webhook of last resort that does not accept is told again",
    off: "whatever it answers is taken for accepted",
    edits: [
      inSqlFunction(
        "amc_history.read_last_resort",
        "elsif told.status_code between 200 and 299 then",
        "else",
      ),
    ],
    tests: ["tell_last_resort/its_answer"],
  },
  {
    name: "analyst-sets-webhooks",
    guard: "only admins of an instance set up its webhooks",
    off: "every member does",
    edits: [
      inSqlFunction(
        "amc_history.administers",
        "= 'admin', false)",
        "in ('admin', 'analyst', 'viewer'), false)",
      ),
    ],
    tests: ["database/set_webhook"],
  },
  {
    name: "webhook-of-any-secret",
    guard: "only operators name a secret in Vault",
    off: "every admin of an instance does",
    edits: [
      inSqlFunction(
        "amc_history.store_webhook_secret",
        "or not amc_history.is_operator()",
        "",
      ),
    ],
    tests: ["database/set_webhook"],
  },
  {
    name: "telling-undoes-the-alert",
    guard: "an alert that cannot be queued for webhooks stands all the same",
    off: "it is undone",
    edits: [
      inSqlFunction(
        "amc_history.queue_alert",
        "exception when others then",
        "exception when no_data_found then",
      ),
    ],
    tests: ["database/webhook_deliveries"],
  },
  {
    name: "tells-what-is-over",
    guard: "an alert that is resolved before it was told is not told",
    off: "it is",
    edits: [
      inSqlFunction(
        "amc_history.queue_resolved",
        "and d.state = 'queued' and d.lease is null",
        "and false",
      ),
    ],
    tests: ["database/webhook_deliveries"],
  },
  {
    name: "tells-what-flaps",
    guard: "of one cause a webhook is told once a period",
    off: "it is told each time",
    edits: [
      inSqlFunction(
        "amc_history.queue_delivery",
        "+ queue_delivery.period",
        "",
      ),
    ],
    tests: ["database/webhook_deliveries"],
  },
  {
    name: "tells-webhook-of-itself",
    guard: "a webhook that fails is not told that it does",
    off: "it is",
    edits: [
      inSqlFunction(
        "amc_history.queue_deliveries",
        "and w.id::text is distinct from queue_deliveries.not_to",
        "",
      ),
    ],
    tests: ["database/claim_deliveries"],
  },
  {
    name: "finishes-with-each-week",
    guard: "a collection whose last weeks end in one transaction finishes once",
    off: "with each of them",
    edits: [
      inSqlFunction(
        "amc_history.tell_ended_week",
        "and t.event = 'collection_finished'",
        "and false",
      ),
    ],
    tests: ["database/webhook_deliveries"],
  },
  {
    name: "last-weeks-miss-each-other",
    guard: "of two last weeks that end at once the second sees the first",
    off: "neither sees the other",
    edits: [
      inSqlFunction(
        "amc_history.tell_ended_week",
        "perform amc_history.take_lock('end of ' || (week).collection_id);",
        "",
      ),
    ],
    tests: ["concurrency/finished"],
  },
];

/** Guards of telling webhooks. */
const TELLING: Mutant[] = [
  {
    name: "failing-webhook-at-once-again",
    guard: "a webhook that failed is left alone until its next try",
    off: "it is tried at once",
    edits: [
      inSqlFunction(
        "amc_history.webhooks_to_tell",
        "and not amc_history.is_held_up('webhook', w.id::text)",
        "",
      ),
    ],
    tests: ["database/claim_deliveries"],
  },
  {
    name: "two-workers-tell-one-webhook",
    guard: "one worker at a time tells a webhook",
    off: "several do",
    edits: [
      inSqlFunction(
        "amc_history.webhooks_to_tell",
        "and d.leased_until > amc_history.clock_now()",
        "and false",
      ),
    ],
    tests: ["database/claim_deliveries"],
  },
  {
    name: "webhook-is-told-for-ever",
    guard: "what a webhook does not accept for a day is given up",
    off: "it is tried for ever",
    edits: [
      inSqlFunction("public.claim_deliveries", "and d.tries > 0", "and false"),
    ],
    tests: ["database/claim_deliveries"],
  },
  {
    name: "private-webhook",
    guard: "no webhook leads to a private address",
    off: "addresses of IPv4 all do",
    edits: [inTsFunction("isPublicAddress", "four !== null", "four === -1")],
    tests: ["webhook_addresses_test"],
  },
  {
    name: "ipv4-in-ipv6-webhook",
    guard: "only what IPv6 has given out is public",
    off: "all but a few ranges is",
    edits: [inTsFunction("isPublicAddress", "first >>> 13 === 1 &&", "")],
    tests: ["webhook_addresses_test"],
  },
  {
    name: "webhook-redirects",
    guard: "a redirect is not followed",
    off: "it is",
    edits: [inTsFunction("postTo", 'redirect: "manual"', 'redirect: "follow"')],
    tests: ["worker/webhooks_test"],
  },
  {
    name: "webhook-address-in-words",
    guard: "the address of a webhook stands in no words",
    off: "it does where the answer repeats it",
    edits: [
      inTsFunction(
        "keptWords",
        "createRedactor(() => secrets)(words)",
        "words",
      ),
    ],
    tests: ["functions/tests/webhook_words"],
  },
  {
    name: "slack-control-characters",
    guard: "what is told to Slack notifies nobody",
    off: "its control characters stay",
    edits: [
      inTsFunction("slackText", "ESCAPED[character] ?? character", "character"),
    ],
    tests: ["webhook_forms_test"],
  },
];

/** Guards of webhooks. */
export const WEBHOOKS: Mutant[] = [...QUEUE, ...TELLING];
