import { inSqlFunction, type Mutant } from "../support/mutant.ts";

/** Guards of whose turn it is, and of what a claim leaves out. */
export const TURNS: Mutant[] = [
  {
    name: "collections-take-turns",
    guard: "the collection served longest ago is served first",
    off: "the oldest is",
    edits: [
      inSqlFunction(
        "amc_history.due_collections",
        "d.last_claimed_at nulls first, d.created_at",
        "d.created_at",
      ),
    ],
    tests: ["claim_due_weeks/collections_take"],
  },
  {
    name: "owners-take-turns",
    guard: "many collections of one member do not delay another's",
    off: "all collections take turns, whosever they are",
    edits: [
      inSqlFunction(
        "amc_history.due_collections",
        "max(d.last_claimed_at) over (partition by d.requested_by) nulls first,",
        "",
      ),
    ],
    tests: ["claim_due_weeks/collections_take"],
  },
  {
    name: "runs-to-an-empty-result",
    guard: "a week whose data AMC keeps no more is not created",
    off: "claimable_weeks does not ask for them",
    edits: [
      inSqlFunction(
        "amc_history.claimable_weeks",
        "and not amc_history.has_left(w.id, w.week_start_date, collection.first_day)",
        "",
      ),
    ],
    tests: ["watch/week_whose_data"],
  },
  {
    name: "ending-weeks-first",
    guard: "weeks that AMC will soon no longer keep go first",
    off: "due_collections does not ask for them",
    edits: [
      inSqlFunction("amc_history.due_collections", "d.is_urgent desc,", ""),
    ],
    tests: ["claim_due_weeks/ending_weeks"],
  },
  {
    name: "claim-isolates",
    guard: "claiming that fails for one instance stops no other",
    off: "the claim fails",
    edits: [
      inSqlFunction(
        "public.claim_due_weeks",
        "exception when others then",
        "exception when query_canceled then",
      ),
    ],
    tests: ["claim_due_weeks/failure_of_one"],
  },
  {
    name: "check-claim-skips",
    guard: "a worker does not wait for the check that another one claims",
    off: "open_checks waits",
    edits: [
      inSqlFunction(
        "amc_history.open_checks",
        "for no key update skip locked",
        "for no key update",
      ),
    ],
    tests: ["concurrency/held_up"],
  },
  {
    name: "held-up-waits",
    guard: "what is held up is not claimed",
    off: "due_collections does not read stoppages",
    edits: [
      inSqlFunction(
        "amc_history.due_collections",
        "and h.is_held is distinct from true",
        "",
      ),
    ],
    tests: ["claim_due_weeks/what_is_held_up"],
  },
  {
    name: "one-week-tries",
    guard: "one week tries whether a collection still is held up",
    off: "all of its weeks do",
    edits: [
      inSqlFunction(
        "amc_history.claimable_weeks",
        "limit case when collection.held_since is null then claimable_weeks.wanted else 1 end",
        "limit claimable_weeks.wanted",
      ),
    ],
    tests: ["claim_due_weeks/what_is_held_up"],
  },
  {
    name: "one-week-at-a-time-tries",
    guard: "while one week tries, no other does",
    off: "is_probed finds none",
    edits: [
      inSqlFunction(
        "amc_history.is_probed",
        "a.intended_at > is_probed.since",
        "false",
      ),
    ],
    tests: ["claim_due_weeks/what_is_held_up"],
  },
  {
    name: "ending-weeks-in-turn",
    guard: "weeks that AMC will soon no longer keep delay no other member's",
    off: "they go before everybody's",
    edits: [
      inSqlFunction(
        "amc_history.due_collections",
        "max(d.last_claimed_at) over (partition by d.requested_by) nulls first, d.is_urgent desc,",
        "d.is_urgent desc, max(d.last_claimed_at) over (partition by d.requested_by) nulls first,",
      ),
    ],
    tests: ["claim_due_weeks/ending_weeks"],
  },
  {
    name: "unchecked-left-unread",
    guard: "claims do not read the weeks of versions that are not checked",
    off: "they read all of them",
    edits: [
      inSqlFunction(
        "amc_history.due_collections",
        "and (f.checked_at is not null or exists (select from public.workflow_checks k where k.collection_id = c.id and k.is_live and k.kind = 'first_week'))",
        "",
      ),
    ],
    tests: ["claim_due_weeks/unchecked"],
  },
  {
    name: "nothing-to-try-leaves-it",
    guard: "a collection without a week to try leaves it to the next",
    off: "it keeps the others from trying",
    edits: [
      inSqlFunction(
        "amc_history.claimable_weeks",
        "if found then",
        "if true then",
      ),
    ],
    tests: ["claim_due_weeks/a_collection_without"],
  },
  {
    name: "waiting-results",
    guard: "no weeks begin while too many results wait to be loaded",
    off: "they do",
    edits: [
      inSqlFunction(
        "amc_history.free_slots",
        "(amc_history.allowances()).results_waiting - amc_history.count_waiting_results((instance).id),",
        "",
      ),
    ],
    tests: ["claim_due_weeks/results_that_wait"],
  },
];
