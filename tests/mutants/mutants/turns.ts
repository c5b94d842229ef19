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
        "max(d.last_claimed_at) over (partition by d.owner_id) nulls first,",
        "",
      ),
    ],
    tests: ["claim_due_weeks/collections_take"],
  },
  {
    name: "ending-weeks-first",
    guard: "weeks that AMC will soon no longer keep go first",
    off: "due_collections does not ask for them",
    edits: [
      inSqlFunction("amc_history.due_collections", "d.is_urgent desc,", ""),
    ],
    tests: ["claim_due_weeks/collections_take"],
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
];
