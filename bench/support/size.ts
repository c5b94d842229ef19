/** How much is measured. */
export interface Size {
  rounds: number;
  /** Calls of each kind of update_week_status in a round. */
  statusCalls: number;
  /** Weeks that are claimed, recorded and reported in a round. */
  cycles: number;
  fewWeeks: number;
  manyWeeks: number;
  /** Bytes of the CSV that is loaded. */
  csvBytes: number;
  /** Bytes of the part of it that slower ways take. */
  sliceBytes: number;
  /** Rows of a week that is read. */
  rowsRead: number;
  /** Loads of other weeks that are there meanwhile. */
  otherLoads: number;
  /** Ticks of the simulated run. */
  ticks: number;
  /** Whether plans are written to `.local/plans`. */
  keep: boolean;
}

/** What `npm run bench` measures. */
export const FULL: Size = {
  rounds: 5,
  statusCalls: 800,
  cycles: 800,
  fewWeeks: 10_000,
  manyWeeks: 1_000_000,
  csvBytes: 100_000_000,
  sliceBytes: 10_000_000,
  rowsRead: 100_000,
  otherLoads: 100_000,
  ticks: 16,
  keep: true,
};

/** What `npm run bench -- --quick` measures: whether it runs, not how fast. */
export const QUICK: Size = {
  rounds: 2,
  statusCalls: 50,
  cycles: 100,
  fewWeeks: 2_000,
  manyWeeks: 20_000,
  csvBytes: 4_000_000,
  sliceBytes: 1_000_000,
  rowsRead: 5_000,
  otherLoads: 2_000,
  ticks: 8,
  keep: false,
};
