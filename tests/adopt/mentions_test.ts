/** How SQL names tables: what a look sees in functions and jobs, and how it is rewritten. */
import { deepEqual, equal } from "node:assert/strict";
import {
  leadsThroughTheDoor,
  mentionsIn,
  throughTheDoor,
} from "../../local/adopt/mentions.ts";

const TABLES = ["report_data_weeks", "amc_instances"];

const cases: [string, string, string[], string[]][] = [
  ["qualified", "select from public.amc_instances", ["amc_instances"], []],
  ["bare", "update amc_instances set x = 1", [], ["amc_instances"]],
  ["in capitals", "SELECT FROM PUBLIC.Amc_Instances", ["amc_instances"], []],
  [
    "quoted, with blanks",
    `from "public" . "amc_instances"`,
    ["amc_instances"],
    [],
  ],
  ["within a text", "execute 'delete from amc_instances'", [], [
    "amc_instances",
  ]],
  [
    "qualified within a text",
    "format('select from public.amc_instances')",
    ["amc_instances"],
    [],
  ],
  ["both ways", "public.amc_instances join amc_instances", ["amc_instances"], [
    "amc_instances",
  ]],
  ["as a row type", "declare r report_data_weeks%rowtype", [], [
    "report_data_weeks",
  ]],
  ["as its columns' table", "select amc_instances.id", [], ["amc_instances"]],
  ["through the door", "from legacy_api.report_data_weeks", [], []],
  ["as a column of another", "select c.report_data_weeks from c", [], []],
  [
    "as a part of another name",
    "from report_data_weeks_old, my_amc_instances",
    [],
    [],
  ],
  [
    "in a comment to the end of the line",
    "-- public.amc_instances\nselect 1",
    [],
    [],
  ],
  ["in a comment of several lines", "/* amc_instances\n */ select 1", [], []],
  [
    "after a text that looks like a comment",
    "select '--', x from amc_instances",
    [],
    [
      "amc_instances",
    ],
  ],
  [
    "after a text with a backslash",
    String.raw`select '\' from amc_instances`,
    [],
    [
      "amc_instances",
    ],
  ],
];
for (const [what, code, qualified, bare] of cases) {
  Deno.test(`a table named ${what}`, () => {
    deepEqual(mentionsIn(code, TABLES), { qualified, bare });
  });
}

Deno.test("what said public says the door's schema; the rest is left, or named by it too", () => {
  const code =
    "insert into public.amc_instances select * from amc_instances a, c.amc_instances";
  equal(
    throughTheDoor(code, TABLES),
    "insert into legacy_api.amc_instances select * from amc_instances a, c.amc_instances",
  );
  equal(
    throughTheDoor(code, TABLES, true),
    "insert into legacy_api.amc_instances select * from legacy_api.amc_instances a, c.amc_instances",
  );
});

for (
  const [path, leads] of [
    [null, false],
    ['""', false],
    ["public", false],
    ["public, legacy_api", false],
    ["legacy_api", true],
    ['"legacy_api", "public", "extensions"', true],
    ["pg_temp, legacy_api,public", true],
  ] as [string | null, boolean][]
) {
  Deno.test(`the search path ${path} ${leads ? "leads" : "does not lead"} through the door`, () => {
    equal(leadsThroughTheDoor(path), leads);
  });
}
