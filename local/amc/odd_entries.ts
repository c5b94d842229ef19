/**
 * AMC simulator: odd entries for AMC's list of executions, as JSON texts (some hold numbers that JavaScript cannot).
 * None was seen at AMC: each is well-formed JSON that a client has to survive.
 */

/** An execution of somebody else that has ended, so that it takes no place, with fields changed. */
export function entry(changes: Record<string, string> = {}): string {
  const fields: Record<string, string> = {
    createTime: `"${new Date().toISOString().slice(0, 19)}Z"`,
    executionCategory: '"AD_HOC"',
    status: '"SUCCEEDED"',
    workflowExecutionId: `"${crypto.randomUUID()}"`,
    workflowExecutionTimeoutSeconds: "21600",
    workflowId: '"analytics-odd"',
    ...changes,
  };
  const members = Object.entries(fields).map(([name, value]) =>
    `${JSON.stringify(name)}:${value}`
  );
  return `{${members.join(",")}}`;
}

const HUGE = "9".repeat(400);
const DEEP = `${"[".repeat(200)}${"]".repeat(200)}`;

/** Odd values of a field, as JSON texts. */
const ODD_VALUES: [field: string, ...values: string[]][] = [
  [
    "workflowExecutionTimeoutSeconds",
    "1.5",
    "21600.5",
    "3000000000",
    "1e300",
    "9223372036854775807",
    HUGE,
    "-1",
    "0",
    '"21600"',
    '"a day"',
    "null",
    "[]",
    "{}",
    "true",
  ],
  ["executionTime", "1.5", "-3", "1e300", '"55"', '"1e3"', "null"],
  [
    "createTime",
    '"2026-09-25T03:11:52+18:00"',
    '"2026-09-25T03:11:52-23:59"',
    '"0000-01-01T00:00:00Z"',
    '"+275760-09-13T00:00:00Z"',
    '"294277-01-01T00:00:00Z"',
    '"2026-02-30T00:00:00Z"',
    '"2026-06-30T23:59:60Z"',
    '"infinity"',
    '"now"',
    "1790000000",
    "null",
  ],
  [
    "timeWindowStart",
    '"0001-01-01T00:00:00Z"',
    '"2026-09-25T00:00:00+15:59"',
    "{}",
  ],
  [
    "timeWindowStartOriginal",
    '"0001-01-01T00:00:00"',
    '"2026-09-25"',
    '"9999-12-31T24:00:00"',
    "7",
  ],
  ["timeWindowTimeZoneOriginal", '"Nowhere/Else"', '"+05:00"', '""'],
  ["status", '"Running"', '"CANCELED"', '""', "7", `"${"S".repeat(5000)}"`],
  [
    "statusReason",
    '"\\u0000 \\ud800 \\u202e"',
    "[]",
    `"${"w".repeat(100_000)}"`,
  ],
  ["workflowId", '""', "7", '"\\u0000"', `"${"w".repeat(100_000)}"`],
  [
    "workflowExecutionId",
    '""',
    "7",
    "null",
    '"two words"',
    `"${"i".repeat(5000)}"`,
  ],
  [
    "parameterValues",
    "[]",
    '"text"',
    "7",
    DEEP,
    `{"huge":"${"v".repeat(96_000)}"}`,
  ],
  ["outputColumns", "{}", "[null]", '[{"name":7}]', DEEP],
  ["outputChannels", "{}", "[null]", '[{"status":7}]'],
];

/** Odd entries by what is odd about them. Each call makes new execution ids. */
export function oddEntries(): Record<string, string> {
  return Object.fromEntries([
    ...ODD_VALUES.flatMap(([field, ...values]) =>
      values.map((value) => [
        `${field} ${value.slice(0, 40)}`,
        entry({ [field]: value }),
      ])
    ),
    ["only an id", `{"workflowExecutionId":"${crypto.randomUUID()}"}`],
    ["no field", "{}"],
    ["null", "null"],
    ["a text", '"RUNNING"'],
    ["a number", "7"],
    ["an array", "[]"],
    ["true", "true"],
  ]);
}
