import assert from "node:assert/strict";
import {
  type Progress,
  ProgressDisplay,
  progressLine,
} from "../../local/demo/progress.ts";

const SOME: Progress = {
  weeks: 52,
  running: 5,
  completed: 47,
  failed: 0,
  tracked: 52,
  status: "running",
};

/** A display on a terminal of some columns (null: on none), with what it wrote. */
function displayOn(columns: number | null) {
  const screen = {
    written: [] as string[],
    width: columns,
    write: (text: string) => void screen.written.push(text),
    columns: () => screen.width,
  };
  return { screen, display: new ProgressDisplay(screen) };
}

/** What a terminal shows of a text: without the sequences that move the cursor or erase. */
// deno-lint-ignore no-control-regex
const shown = (text: string) => text.replaceAll(/\r|\x1b\[\d*[A-Z]/g, "");

Deno.test("progress fits into a terminal of any width, its bar becoming shorter before its text is cut", () => {
  const whole = progressLine(SOME, 20);
  assert.match(whole, /^█{27}░{3} 47\/52 done, 5 running, 0 failed · /);
  for (let columns = 1; columns <= 120; columns++) {
    const { screen, display } = displayOn(columns);
    display.show({ ...SOME, completed: 0 }, 0);
    display.show(SOME, 20);
    const line = shown(screen.written[1]);
    assert.ok(line.length < columns, `${line.length} of ${columns} columns`);
    assert.ok(line === "" || whole.includes(line.replace(/^[█░]+ /, "")));
  }
  const { screen, display } = displayOn(80);
  display.show({ ...SOME, completed: 0 }, 0);
  display.show(SOME, 20);
  assert.match(shown(screen.written[1]), /^█+░+ 47\/52 done.* s left$/);
});

Deno.test("progress shown in place replaces what a terminal that became narrower has wrapped", () => {
  const { screen, display } = displayOn(100);
  display.show(SOME, 20);
  screen.width = 40;
  display.show(SOME, 21);
  assert.ok(screen.written[1].startsWith("\x1b[2A\r\x1b[J"));
  display.show(SOME, 22);
  assert.ok(screen.written[2].startsWith("\r\x1b[J"));
});

Deno.test("without a terminal progress is a plain line now and then, and one for the end", () => {
  const { screen, display } = displayOn(null);
  for (let completed = 0; completed <= 52; completed++) {
    display.show({ ...SOME, completed, running: 0 }, completed / 4);
  }
  display.end();
  const weeks = screen.written.map((line) => /(\d+)\/52/.exec(line)![1]);
  assert.deepEqual(weeks, ["0", "20", "40", "52"]);
  assert.ok(screen.written.every((line) => shown(line) === line));
});

Deno.test("weeks that had ended before this start count for no rate", () => {
  const { screen, display } = displayOn(null);
  display.show({ ...SOME, completed: 40 }, 1);
  display.show({ ...SOME, completed: 46 }, 60);
  assert.match(screen.written[0], /0 weeks\/min · \? left/);
  assert.match(screen.written[1], /6 weeks\/min · 60 s left/);
});
