import type { Mutant } from "../support/mutant.ts";
import { ACCESS } from "./access.ts";
import { ANSWERS } from "./answers.ts";
import { ASKING } from "./asking.ts";
import { CHECKS } from "./checks.ts";
import { CLAIMING } from "./claiming.ts";
import { JOBS } from "./jobs.ts";
import { LOADING } from "./loading.ts";
import { ODD_VALUES } from "./odd_values.ts";
import { MONITORING } from "./monitoring.ts";
import { PEOPLE } from "./people.ts";
import { LOST_IDS } from "./lost_ids.ts";
import { PLANNING } from "./planning.ts";
import { READERS } from "./reading.ts";
import { REFUSING } from "./refusing.ts";
import { REPORTING } from "./reporting.ts";
import { RESULTS } from "./results.ts";
import { RIGHTS } from "./rights.ts";
import { SEGMENTS } from "./segments.ts";
import { SETTLING } from "./settling.ts";
import { SET_ASIDE } from "./set_aside.ts";
import { TEAMS } from "./teams.ts";
import { TURNS } from "./turns.ts";
import { WEBHOOKS } from "./webhooks.ts";
import { WEEKS } from "./weeks.ts";

/** All mutants, in the order of the life of a week. */
export const MUTANTS: Mutant[] = [
  ...CHECKS,
  ...CLAIMING,
  ...TURNS,
  ...ANSWERS,
  ...REPORTING,
  ...REFUSING,
  ...SETTLING,
  ...ODD_VALUES,
  ...SET_ASIDE,
  ...LOADING,
  ...RESULTS,
  ...SEGMENTS,
  ...WEEKS,
  ...READERS,
  ...JOBS,
  ...MONITORING,
  ...ASKING,
  ...LOST_IDS,
  ...PLANNING,
  ...PEOPLE,
  ...RIGHTS,
  ...ACCESS,
  ...TEAMS,
  ...WEBHOOKS,
];
