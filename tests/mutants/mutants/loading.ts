import {
  inSqlFunction,
  inTsFunction,
  type Mutant,
  withoutTrigger,
} from "../support/mutant.ts";

/** Guards of loads: one worker loads a result, and all of it. */
export const LOADING: Mutant[] = [
  {
    name: "load-that-kills-at-once-again",
    guard: "a load whose workers die leaves the others their turns",
    off: "it is claimed as soon as its lease is over",
    edits: [
      inSqlFunction("amc_history.loads_in_turn", ", 'worker_died'", ""),
    ],
    tests: ["claim_loads/worker_that_dies"],
  },
  {
    name: "dead-workers-are-not-told",
    guard: "a load whose workers die is told",
    off: "the trigger is gone",
    edits: [withoutTrigger("public.week_attempts", "record_dead_worker")],
    tests: ["claim_loads/worker_that_dies"],
  },
  {
    name: "load-fence",
    guard: "a loader that another one has replaced writes nothing",
    off: "lock_load accepts any fence",
    edits: [
      inSqlFunction(
        "amc_history.lock_load",
        "or attempt.fence <> lock_load.fence then",
        "then",
      ),
    ],
    tests: ["results/stale_fence"],
  },
  {
    name: "load-fence-rises",
    guard: "each loader has a fence of its own",
    off: "claim_loads hands out the same one",
    edits: [
      inSqlFunction(
        "public.claim_loads",
        "set fence = a.fence + 1,",
        "set fence = a.fence,",
      ),
    ],
    tests: ["claim_loads/lease"],
  },
  {
    name: "load-of-ended-attempt",
    guard: "nothing is loaded for an attempt that has ended",
    off: "lock_load accepts any state",
    edits: [
      inSqlFunction(
        "amc_history.lock_load",
        "attempt.state is distinct from 'created' or",
        "",
      ),
    ],
    tests: ["database/results"],
  },
  {
    name: "header-of-a-complete-result",
    guard: "a header that no complete result has binds nobody",
    off: "the first header's table stays",
    edits: [
      inSqlFunction(
        "amc_history.drop_unproved_table",
        "where l.table_name = (target).table_name and l.complete)",
        "where l.table_name = (target).table_name)",
      ),
    ],
    tests: ["begin_load/header_of_a_result_that_never_came_in"],
  },
  {
    name: "header-accepted-by-a-member",
    guard: "a header is accepted by a member of the instance",
    off: "anybody may accept it",
    edits: [
      inSqlFunction(
        "amc_history.accept_header",
        "and amc_history.role_on(f.instance_id) is not null",
        "",
      ),
    ],
    tests: ["database/accept_header"],
  },
  {
    name: "loads-of-a-held-workflow",
    guard: "no load of a workflow is claimed whose header waits for a person",
    off: "loads_in_turn does not look",
    edits: [
      inSqlFunction(
        "amc_history.loads_in_turn",
        "and c.instance_id || '/' || c.workflow_id not in (select subject from held)",
        "",
      ),
    ],
    tests: ["begin_load/header_that_differs"],
  },
  {
    name: "instances-take-turns-in-loading",
    guard: "an instance whose load was claimed lately comes after the others",
    off: "the oldest come first",
    edits: [
      inSqlFunction(
        "amc_history.loads_in_turn",
        "order by nth, instance_claimed_at nulls first, intended_at, id",
        "order by intended_at, id",
      ),
    ],
    tests: ["claim_loads/instances_and_collections"],
  },
  {
    name: "load-lease",
    guard: "one worker alone loads a result",
    off: "neither loads_in_turn nor claim_loads checks the lease",
    edits: [
      inSqlFunction(
        "public.claim_loads",
        "coalesce(a.leased_until <= amc_history.clock_now(), true)",
        "true",
      ),
      inSqlFunction(
        "amc_history.loads_in_turn",
        "coalesce(a.leased_until <= amc_history.clock_now(), true)",
        "true",
      ),
    ],
    tests: ["claim_loads/lease"],
  },
  {
    name: "load-cursor",
    guard: "a segment is added only at the cursor of the load",
    off: "commit_segment does not compare with the cursor",
    edits: [
      inSqlFunction(
        "amc_history.commit_segment",
        "if not found or load.file <> (segment",
        "if load.file <> (segment",
      ),
      inSqlFunction(
        "amc_history.commit_segment",
        "or load.byte_offset <> (segment -> 'from' ->> 'byte_offset')::bigint then",
        "and false then",
      ),
    ],
    tests: ["commit_segment/refuses"],
  },
  {
    name: "load-count",
    guard: "COPY makes as many rows as the bytes have records",
    off: "commit_segment does not compare them",
    edits: [
      inSqlFunction(
        "amc_history.commit_segment",
        "if copied <> (segment ->> 'records')::bigint then",
        "if false then",
      ),
    ],
    tests: ["commit_segment/refuses"],
  },
  {
    name: "load-of-all-files",
    guard: "a load is complete once all files are in",
    off: "finish_load does not count them",
    edits: [
      inSqlFunction(
        "amc_history.finish_load",
        "if load.file <> load.files then",
        "if false then",
      ),
    ],
    tests: ["database/results", "database/commit_segment"],
  },
  {
    name: "load-fence-of-copy",
    guard: "a loader that another one has replaced copies no bytes",
    off: "open_load accepts any fence",
    edits: [
      inSqlFunction(
        "amc_history.open_load",
        "and a.fence = open_load.fence",
        "",
      ),
    ],
    tests: [
      "results/stale_fence",
      "database/resume_load",
      "database/release_load",
    ],
  },
  {
    name: "failed-load-fence",
    guard: "the failure of a replaced loader counts no error",
    off: "fail_load accepts any fence",
    edits: [
      inSqlFunction(
        "public.fail_load",
        "or attempt.fence <> fail_load.fence",
        "",
      ),
    ],
    tests: ["fail_load/earlier_fence"],
  },
  {
    name: "loading-beside",
    guard: "listing and submitting never wait for a load",
    off: "they wait for it",
    edits: [
      inTsFunction(
        "runTick",
        'if (name === "finish") loads.begin();',
        'if (name === "finish") { loads.begin(); await loads.wait(Infinity); }',
      ),
    ],
    tests: ["worker/long_loads"],
  },
  {
    name: "step-of-loading",
    guard: "a step of loading ends after 15 seconds",
    off: "it goes on as long as the call",
    edits: [
      inTsFunction("load", "budget.beginStep(STEP_MS);", ""),
    ],
    tests: ["worker/long_loads"],
  },
  {
    name: "most-files",
    guard: "a result has at most 1,000 files",
    off: "it has any number",
    edits: [
      inTsFunction(
        "ResultFiles.list",
        "files.length > MAX_FILES",
        "files.length < 0",
      ),
    ],
    tests: ["worker/long_loads"],
  },
];
