import {
  inSqlFunction,
  inTsFunction,
  type Mutant,
  policyShowsAll,
  withoutConstraint,
} from "../support/mutant.ts";

/** Guards of who may do something, and of what comes in: sizes, forms, limits, credentials. */
export const ACCESS: Mutant[] = [
  {
    name: "analysts-control",
    guard: "a viewer changes no collection",
    off: "lock_controlled_collection asks for no role",
    edits: [
      inSqlFunction(
        "amc_history.lock_controlled_collection",
        "perform amc_history.require_role(instance_id, 'analyst');",
        "",
      ),
    ],
    tests: ["pause_collection/control"],
  },
  {
    name: "member-when-asked",
    guard: "whoever left an instance controls nothing on it",
    off: "lock_controlled_collection takes every collection",
    edits: [
      inSqlFunction(
        "amc_history.lock_controlled_collection",
        "and amc_history.role_on(c.instance_id) is not null",
        "",
      ),
    ],
    tests: ["row_level_security/an_id"],
  },
  {
    name: "one-answer-for-ids",
    guard: "an id of somebody else is refused like one that does not exist",
    off: "lock_controlled_week takes every week, and its collection refuses",
    edits: [
      inSqlFunction(
        "amc_history.lock_controlled_week",
        "and amc_history.role_on(w.instance_id) is not null",
        "",
      ),
    ],
    tests: ["row_level_security/an_id"],
  },
  {
    name: "executions-of-others",
    guard:
      "naming an execution does not tell which there are on other instances",
    off: "confirm_execution looks among those of every instance",
    edits: [
      inSqlFunction(
        "amc_history.confirm_execution",
        "and w.instance_id = attempt.instance_id",
        "",
      ),
    ],
    tests: ["row_level_security/an_id"],
  },
  {
    name: "pinned-clock",
    guard: "a session of the API moves no clock",
    off: "clock_now takes the setting of every session",
    edits: [
      inSqlFunction(
        "amc_history.clock_now",
        "and pg_has_role(session_user, 'postgres', 'member')",
        "",
      ),
    ],
    tests: ["tests/worker/pinned_clock_test"],
  },
  {
    name: "body-length-said",
    guard: "a body that says that it is too long is not read",
    off: "readLimited does not look at what it says",
    edits: [
      inTsFunction(
        "readLimited",
        "if (length !== null && !(Number(length) <= MAX_BODY_BYTES))",
        "if (false)",
      ),
    ],
    tests: ["supabase/functions/tests/body_test"],
  },
  {
    name: "body-length-streamed",
    guard: "a body is read no further than its limit, whatever it says",
    off: "readLimited reads to the end",
    edits: [
      inTsFunction("readLimited", "if (bytes > MAX_BODY_BYTES)", "if (false)"),
    ],
    tests: ["supabase/functions/tests/body_test"],
  },
  {
    name: "body-depth",
    guard: "a body that is nested too deep is the caller's mistake",
    off: "problemIn looks at no depth",
    edits: [
      inTsFunction("problemIn", "if (depth === MAX_DEPTH)", "if (false)"),
    ],
    tests: ["supabase/functions/tests/body_test"],
  },
  {
    name: "silent-inside",
    guard: "an error of the inside tells a caller nothing",
    off: "every error of class 22 is told as the caller's mistake",
    edits: [
      inTsFunction(
        "asRequestError",
        'if (NOT_STORABLE.includes(code ?? "") && ',
        'if (/^22/.test(code ?? "") && ',
      ),
    ],
    tests: ["supabase/functions/tests/error_responses_test"],
  },
  {
    name: "limit-of-member-locked",
    guard: "two starts by one member at once do not pass a limit together",
    off: "lock_starts locks nothing",
    edits: [
      inSqlFunction(
        "amc_history.lock_starts",
        "select amc_history.take_lock('starts of ' || lock_starts.requested_by);",
        "select;",
      ),
    ],
    tests: ["tests/concurrency/limits_test"],
  },
  {
    name: "no-advisory-lock",
    guard: "a BI login's advisory locks hold up nothing",
    off: "starts wait for one",
    edits: [
      inSqlFunction(
        "amc_history.lock_starts",
        "select amc_history.take_lock('starts of ' || lock_starts.requested_by);",
        "select pg_advisory_xact_lock(hashtextextended('starts of ' || lock_starts.requested_by, 0));",
      ),
    ],
    tests: ["database/bi_logins/reads_results"],
  },
  {
    name: "limit-of-workflows-locked",
    guard: "two saves at once do not pass a limit together",
    off: "limit_workflows does not lock the instance",
    edits: [
      inSqlFunction(
        "amc_history.limit_workflows",
        "perform amc_history.take_lock('workflows of ' || new.instance_id);",
        "",
      ),
    ],
    tests: ["tests/concurrency/limits_test"],
  },
  {
    name: "limits-of-starts",
    guard: "what a member and an instance may have open or start is limited",
    off: "refuse_beyond refuses nothing",
    edits: [
      inSqlFunction(
        "amc_history.refuse_beyond",
        "if refuse_beyond.used + refuse_beyond.more > refuse_beyond.most then",
        "if false then",
      ),
    ],
    tests: ["start_collection/member_and_instance"],
  },
  {
    name: "retention",
    guard: "no new collection reaches further back than AMC keeps",
    off: "check_retention accepts every day",
    edits: [
      inSqlFunction(
        "amc_history.check_retention",
        "if check_retention.first_day < earliest then",
        "if false then",
      ),
    ],
    tests: ["start_collection/windows_that"],
  },
  {
    name: "sane-dates",
    guard: "no collection has dates of another age, whoever writes them",
    off: "the constraint dates_are_sane is gone",
    edits: [
      withoutConstraint("public.report_data_collections", "dates_are_sane"),
    ],
    tests: ["start_collection/windows_that"],
  },
  {
    name: "small-parameters",
    guard: "parameter values are small, whoever writes them",
    off: "parameter_value_fault finds none too large",
    edits: [
      inSqlFunction(
        "amc_history.parameter_value_fault",
        "when max(octet_length(v.value::text)) > 4000 then 'parameter_value_too_large'",
        "",
      ),
    ],
    tests: ["start_collection/parameter_values"],
  },
  {
    name: "confirmed-address",
    guard: "an address that nobody confirmed makes nobody a member",
    off: "find_user takes users who have not confirmed it",
    edits: [
      inSqlFunction(
        "amc_history.find_user",
        "and u.email_confirmed_at is not null",
        "",
      ),
    ],
    tests: ["connect_instance/takes_the_name"],
  },
  {
    name: "secret-in-error",
    guard: "a secret that is no JSON is in no error",
    off: "amc_credential casts whatever Vault holds",
    edits: [
      inSqlFunction(
        "amc_history.amc_credential",
        "case when pg_input_is_valid(s.decrypted_secret, 'jsonb') then s.decrypted_secret::jsonb end",
        "s.decrypted_secret::jsonb",
      ),
    ],
    tests: ["connect_instance/takes_the_name"],
  },
  {
    name: "credential-form",
    guard: "a credential with blanks or quotes is not stored",
    off: "check_credential takes them",
    edits: [
      inSqlFunction(
        "amc_history.check_credential",
        "elsif value ~ '[[:space:][:cntrl:]\"'']' or value ~ '[^[:ascii:]]' or length(value) > 4000 then",
        "elsif false then",
      ),
    ],
    tests: ["connect_instance/credential_of"],
  },
  {
    name: "refused-once",
    guard: "a credential that Amazon refused once stops nothing yet",
    off: "report_credential_failure stops at the first refusal",
    edits: [
      inSqlFunction(
        "public.report_credential_failure",
        "if now_at < coalesce(instance.credential_refused_at, now_at) + again then",
        "if false then",
      ),
    ],
    tests: ["claim_credentials/"],
  },
  {
    name: "policy-of-collections",
    guard: "only members of an instance see its collections",
    off: "the policy of the table shows all",
    edits: [
      policyShowsAll(
        "public.report_data_collections",
        "members read their instances' collections",
      ),
    ],
    tests: ["row_level_security/members_see"],
  },
  {
    name: "short-refusals",
    guard: "a refusal quotes no more than 200 characters of an id",
    off: "it repeats whatever was sent",
    edits: [
      inSqlFunction(
        "public.save_workflow",
        "left(save_workflow.instance_id, 200)",
        "save_workflow.instance_id",
      ),
    ],
    tests: ["an_id_of_somebody_else"],
  },
  {
    name: "query-length-first",
    guard: "a query's length is looked at before anything else is made of it",
    off: "it is not looked at",
    edits: [
      inSqlFunction(
        "amc_history.check_query",
        "char_length(check_query.written) > most",
        "false",
      ),
    ],
    tests: ["save_workflow/refuses"],
  },
];
