import {
  inSqlFunction,
  type Mutant,
  policyShowsAll,
  withoutTrigger,
} from "../support/mutant.ts";

/** Guards of what each reader sees: members, BI logins, and whoever sets claims. */
export const RIGHTS: Mutant[] = [
  {
    name: "execution-of-its-weeks-instance",
    guard: "an execution is read by the members of its week's instance",
    off: "whoever writes it says of which instance it is",
    edits: [
      withoutTrigger("public.workflow_executions", "set_execution_instance"),
    ],
    tests: ["row_level_security/executions_and_loads"],
  },
  {
    name: "load-of-its-weeks-instance",
    guard: "a load is read by the members of its week's instance",
    off: "whoever writes it says of which instance it is",
    edits: [withoutTrigger("public.result_loads", "set_load_instance")],
    tests: ["row_level_security/executions_and_loads"],
  },
  {
    name: "bi-login-of-its-instances",
    guard: "a BI login reads the instances that it was made for",
    off: "it reads those of every login",
    edits: [
      inSqlFunction(
        "amc_history.instances_of_login",
        "where b.login = session_user",
        "",
      ),
    ],
    tests: ["tests/reading/bi_login"],
  },
  {
    name: "bi-login-reads-its-rows",
    guard: "the policy of a results table shows a BI login its instances' rows",
    off: "it shows all",
    edits: [
      inSqlFunction(
        "amc_history.create_result_table",
        "using ((select %L in (select amc_history.instances_of_login())))",
        "using (true or %L is null)",
      ),
    ],
    tests: ["tests/reading/bi_login"],
  },
  {
    name: "drops-bi-logins-alone",
    guard: "drop_bi_login drops no other role",
    off: "any role goes",
    edits: [
      inSqlFunction(
        "amc_history.drop_bi_login",
        "and m.roleid = 'amc_history_reader'::regrole",
        "",
      ),
    ],
    tests: ["tests/reading/bi_login"],
  },
  {
    name: "claims-of-any-session",
    guard: "claims that a session sets itself make no operator of it",
    off: "they count in every session",
    edits: [
      inSqlFunction(
        "amc_history.is_operator",
        "auth.role() = 'service_role' and pg_has_role(session_user, 'service_role', 'member')",
        "auth.role() = 'service_role'",
      ),
    ],
    tests: ["tests/concurrency/operator"],
  },
  {
    name: "checks-of-other-instances",
    guard: "a member reads the rows of no other instance, in whatever table",
    off: "the policy of workflow_checks shows all",
    edits: [
      policyShowsAll(
        "public.workflow_checks",
        "members read their instances' checks",
      ),
    ],
    tests: ["row_level_security/each_role_reads"],
  },
];
