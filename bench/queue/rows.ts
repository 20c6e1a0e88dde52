import type { Row } from "../results.ts";
import type { Compared } from "./command.ts";
import type { EmptyTrials } from "./empty-trials.ts";
import type { Footprint } from "./footprint.ts";
import type { Growth } from "./growth.ts";
import type { Latency } from "./latency.ts";
import type { Overhead } from "./overhead.ts";

/** All that is measured of the queue. */
export interface Measured {
  overhead: Overhead;
  empty: Omit<EmptyTrials, "byText">[];
  latency: Latency;
  growth: Growth[];
  waiting: { waiting: number; take: number }[];
  footprint: Footprint;
  embedded: { trials: number; memory: number };
  memory: { postgres: number; pglite: number };
  /** Null where a part of the trials was measured, to see that it works. */
  compared: Compared | null;
}

const ms = (value: number): string => `${value.toFixed(1)} ms`;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Lines of the section; what is flat at most doubles. */
export function queueRows(measured: Measured): Row[] {
  const { overhead, empty, latency, growth, waiting, footprint, embedded, memory, compared } = measured;
  const most = Math.max(...empty.slice(1).map(({ trials }) => trials));
  const rates = empty.map(({ workers, trials }) => `${workers}: ${trials.toFixed(0)}`).join(", ");
  const steps = ["recall", "take", "keep", "collect", "list"] as const;
  const worst = Math.max(...steps.map((step) => growth[growth.length - 1][step] / growth[0][step]));
  const ofSteps = (at: Growth): string => steps.map((step) => `${step} ${ms(at[step])}`).join(", ");
  const waits = waiting[waiting.length - 1].take / waiting[0].take;
  return [
    [
      "trials of 100 ms on a store (PostgreSQL, one worker, two at a time), time more than on a folder",
      `${percent(overhead.share)} (${ms(overhead.store)}, ${ms(overhead.folder)} a trial)`,
      "at most 5 %",
      overhead.share <= 0.05,
    ],
    [
      "the same, processor time a trial of the worker",
      `${ms(overhead.storeProcessor)} (folder ${ms(overhead.folderProcessor)}), ${overhead.statements.toFixed(1)} statements`,
      "",
      true,
    ],
    ["empty trials a second, by workers of two at a time", rates, "at least 300 with several", most >= 300],
    [
      "end of a trial until a watcher sees it: half of them within; a tenth takes longer than",
      `${latency.half.toFixed(0)} ms; ${latency.tenth.toFixed(0)} ms`,
      "",
      true,
    ],
    ["asked until the first trial has begun, worker idle", `${latency.start.toFixed(0)} ms`, "", true],
    ...growth.map(
      (at): Row => [`a batch of 20 trials with ${at.stored} that are stored`, ofSteps(at), "", true],
    ),
    ["the most that one of these grows", `${worst.toFixed(2)} times`, "flat (at most 2 times)", worst <= 2],
    [
      `20 trials taken of ${waiting.map((at) => at.waiting).join(", ")} that wait`,
      `${waiting.map(({ take }) => ms(take)).join(", ")}`,
      "flat (at most 2 times)",
      waits <= 2,
    ],
    [
      "memory of an idle worker, two at a time: PostgreSQL; the database embedded",
      `${memory.postgres.toFixed(0)} MB; ${memory.pglite.toFixed(0)} MB`,
      "",
      true,
    ],
    [
      "bytes a trial in the database: its result (of this what was kept), who waits for it, other tables",
      `${footprint.result.toFixed(0)} (${footprint.kept.toFixed(0)}), ${footprint.waiting.toFixed(0)}, ${footprint.others.toFixed(0)}`,
      "",
      true,
    ],
    [
      "statements a second of an idle worker: the one that leads, any other",
      `${footprint.leading.toFixed(1)}, ${footprint.following.toFixed(1)}`,
      "",
      true,
    ],
    [
      "connections of a worker: idle, at most",
      `${footprint.idleConnections.toFixed(1)}, ${footprint.busyConnections.toFixed(1)}`,
      "",
      true,
    ],
    [
      "empty trials a second on an embedded database (memory of the process)",
      `${embedded.trials.toFixed(0)} (${embedded.memory.toFixed(0)} MB)`,
      "",
      true,
    ],
    ...(compared === null ? [] : comparedRows(compared)),
  ];
}

function comparedRows(compared: Compared): Row[] {
  return [
    [
      "`minimand compare pima_diabetes --store` against none, two workers",
      `${(compared.store / compared.folder).toFixed(2)} times the time (${compared.store.toFixed(1)} s, ${compared.folder.toFixed(1)} s, ${compared.trials} trials)`,
      "",
      true,
    ],
    ["the same, rankings", compared.equal ? "equal" : "different", "equal", compared.equal],
  ];
}
