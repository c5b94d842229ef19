import assert from "node:assert/strict";

/** A family of metrics, as its lines say. */
export interface ParsedFamily {
  type: string;
  unit?: string;
  help?: string;
  /** Values by their labels as JSON, in the order of their names. */
  samples: Map<string, number>;
}

const METADATA = /^# (TYPE|UNIT|HELP) ([a-z_]+) (.+)$/;
const SAMPLE = /^([a-z_]+)(?:\{(.*)\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/;
const LABEL = /^([a-z_]+)="((?:[^"\\\n]|\\[\\"n])*)"(?:,(?=.)|$)/;

function unescaped(text: string): string {
  return text.replace(
    /\\(.)/g,
    (_, escaped) => escaped === "n" ? "\n" : escaped,
  );
}

function labelsIn(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (let rest = text; rest !== "";) {
    const [all, name, value] = LABEL.exec(rest) ??
      assert.fail(`no label: ${rest}`);
    assert.ok(!(name in labels), `twice: ${name}`);
    labels[name] = unescaped(value);
    rest = rest.slice(all.length);
  }
  return labels;
}

/**
 * Reads text of OpenMetrics 1.0, and refuses what is not exactly so: each family once and in one piece, metadata before
 * samples, a name that ends with its unit, no sample twice, `# EOF` last. Knows gauges, and summaries of quantiles.
 */
export function parseOpenMetrics(text: string): Map<string, ParsedFamily> {
  assert.ok(text.endsWith("\n# EOF\n"), "# EOF ends it");
  const families = new Map<string, ParsedFamily>();
  let current = "";
  for (const line of text.slice(0, -"# EOF\n".length - 1).split("\n")) {
    const metadata = METADATA.exec(line);
    if (metadata === null) {
      const [, name, labels, value] = SAMPLE.exec(line) ??
        assert.fail(`no line of OpenMetrics: ${line}`);
      assert.equal(name, current, "a sample stands with its family");
      const sorted = Object.entries(labelsIn(labels ?? "")).sort();
      const key = JSON.stringify(Object.fromEntries(sorted));
      const { samples, type } = families.get(name)!;
      assert.ok(!samples.has(key), `twice: ${line}`);
      assert.equal("quantile" in JSON.parse(key), type === "summary", line);
      samples.set(key, Number(value));
      continue;
    }
    const [, what, name, value] = metadata;
    if (name !== current) {
      assert.ok(!families.has(name), `${name} is in one piece`);
      assert.equal(what, "TYPE", `${name} begins with its type`);
      assert.ok(["gauge", "summary"].includes(value), value);
      families.set(name, { type: value, samples: new Map() });
      current = name;
      continue;
    }
    const family = families.get(name)!;
    assert.equal(family.samples.size, 0, "metadata comes first");
    const field = what === "UNIT" ? "unit" : "help";
    assert.ok(what !== "TYPE" && family[field] === undefined, `twice: ${line}`);
    family[field] = unescaped(value);
    if (field === "unit") assert.ok(name.endsWith(`_${value}`), line);
  }
  for (const [name, { help }] of families) assert.ok(help, `${name} has help`);
  return families;
}
