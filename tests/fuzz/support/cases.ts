import fc from "fast-check";
import { oddEntries } from "../../../local/amc/odd_entries.ts";
import {
  ALWAYS,
  anAnswer,
  type AnswerFault,
  concernsInstance,
  deniesCreate,
} from "./answers.ts";
import { anInput, type InputFault } from "./inputs.ts";
import { aSetting, type SettingFault } from "./settings.ts";
import { FILES, LINKS, PAGES } from "./shapes.ts";
import { type CollectionKey, COLLECTIONS } from "./world.ts";

const ODD = Object.keys(oddEntries());

/** An entry of AMC's list: another's, or one of the hit collection with its field shown otherwise. */
export interface EntryFault {
  kind: "entry";
  /** Its name in the simulator's odd entries. */
  name: string;
  whose: "another's" | "ours";
  times: number;
}

/** Another form of a page of the list, of the links, of a file; its name in `shapes`. */
export interface ShapeFault {
  kind: "page" | "links" | "file";
  name: string;
  times: number;
}

/** The connection ends after so many bytes of a file. */
export interface BreakFault {
  kind: "break";
  after: number;
  times: number;
}

/** How the hit collection's executions go. */
export interface CourseFault {
  kind: "course";
  status: string;
  seconds: number;
  times: number;
}

/** Many executions of others in AMC's list. */
export interface CrowdFault {
  kind: "crowd";
  executions: number;
  /** Characters of each one's parameter values. */
  size: number;
}

/** What a person does with the hit collection, some minutes later. */
export interface PersonFault {
  kind: "person";
  does: "cancel_collection" | "pause_collection" | "retry_failed_weeks";
  minute: number;
}

/** One thing that goes wrong. */
export type Fault =
  | AnswerFault
  | EntryFault
  | ShapeFault
  | BreakFault
  | CourseFault
  | CrowdFault
  | PersonFault
  | InputFault
  | SettingFault;

/** What a case is made of. */
export interface Case {
  faults: Fault[];
}

const times = fc.constantFrom(1, 3, ALWAYS);
const shape = (kind: ShapeFault["kind"], known: object) =>
  fc.record({
    kind: fc.constant(kind),
    name: fc.constantFrom(...Object.keys(known)),
    times,
  });

const aFault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 12, arbitrary: anAnswer },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("entry" as const),
      name: fc.constantFrom(...ODD),
      whose: fc.constantFrom("another's" as const, "ours" as const),
      times,
    }),
  },
  { weight: 2, arbitrary: shape("page", PAGES) },
  { weight: 2, arbitrary: shape("links", LINKS) },
  { weight: 5, arbitrary: shape("file", FILES) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("break" as const),
      after: fc.constantFrom(0, 1, 100, 200),
      times,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("course" as const),
      status: fc.constantFrom(
        "SUCCEEDED",
        "FAILED",
        "REJECTED",
        "CANCELLED",
        "CANCELED",
        "succeeded",
        "Failed",
        "ARCHIVED",
        "",
      ),
      seconds: fc.constantFrom(0, 60, 3_600, 1e9),
      times,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<CrowdFault[]>(
      { kind: "crowd", executions: 150, size: 10 },
      { kind: "crowd", executions: 120, size: 90_000 },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("person" as const),
      does: fc.constantFrom<PersonFault["does"][]>(
        "cancel_collection",
        "pause_collection",
        "retry_failed_weeks",
      ),
      minute: fc.constantFrom(1, 2, 4, 8),
    }),
  },
  { weight: 4, arbitrary: anInput },
  { weight: 2, arbitrary: aSetting },
);

/** A case: mostly one fault, sometimes two or three that meet. */
export const aCase: fc.Arbitrary<Case> = fc.record({
  faults: fc.oneof(
    {
      weight: 4,
      arbitrary: fc.array(aFault, { minLength: 1, maxLength: 1 }),
    },
    {
      weight: 1,
      arbitrary: fc.array(aFault, { minLength: 1, maxLength: 3, size: "max" }),
    },
  ),
});

/** The collections that a fault may hold up. */
export function affected(fault: Fault): CollectionKey[] {
  const instance = COLLECTIONS.filter(({ instance }) => instance === 0)
    .map(({ key }) => key);
  switch (fault.kind) {
    case "answer":
      return concernsInstance(fault) ? instance : ["hit"];
    case "page":
      return instance;
    case "entry":
      return fault.whose === "ours" ? ["hit"] : [];
    case "crowd":
    case "input":
      return [];
    case "setting":
      return fault.of === "instance"
        ? instance
        : COLLECTIONS.map(({ key }) => key);
    default:
      return ["hit"];
  }
}

/** Whether AMC contradicts itself about what it has: then a second create is its doing. */
export function lies(fault: Fault): boolean {
  return fault.kind === "page" ||
    fault.kind === "entry" && fault.whose === "ours" ||
    fault.kind === "answer" && (
        fault.endpoint === "createExecution" && fault.handled &&
          deniesCreate(fault) ||
        fault.endpoint === "listExecutions" ||
        fault.endpoint === "getExecution"
      ) &&
      fault.body !== "html";
}
