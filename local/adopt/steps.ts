import type { Step } from "./context.ts";
import { look } from "./look.ts";
import { makeRoom } from "./make_room.ts";
import { migrate } from "./migrate.ts";
import { open } from "./open.ts";
import { undo } from "./undo.ts";

/** The steps in their order. A step that is added here is in the usage, and is run by its name. */
export const STEPS: Step[] = [
  {
    name: "look",
    what: "read what is there, and list what keeps it from being moved",
    run: look,
  },
  {
    name: "open",
    what: "open a second door to the older tables, and count who goes past it",
    run: open,
  },
  {
    name: "make-room",
    what: "move the older tables out of the names that ours need",
    run: makeRoom,
  },
  {
    name: "migrate",
    what: "see whether our migrations were applied",
    run: migrate,
  },
  {
    name: "undo",
    what: "move the older tables back",
    run: undo,
  },
];
