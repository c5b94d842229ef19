import { type Mutant, withoutTrigger } from "../support/mutant.ts";

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
];
