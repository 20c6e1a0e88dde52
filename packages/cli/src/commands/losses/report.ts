import {
  type Candidate,
  type ComparedLoss,
  type Method,
  type Need,
  roleOf,
  type Task,
} from "@minimand/compare";
import type { Entry, EntryGroup } from "../listing.ts";

/** A loss as `--json` prints it. */
export type LossRow = ReturnType<typeof lossRow>;

/** An optimizer or a training step as `--json` prints it. */
export type MethodRow = ReturnType<typeof methodRow>;

/** Losses by the condition under which they run, then optimizers and training steps. */
export function groupsOf(losses: readonly LossRow[], methods: readonly MethodRow[]): EntryGroup[] {
  return [
    ...lossGroups.map((group) => ({
      heading: group.heading,
      entries: losses.filter((row) => groupOf(row) === group).map((row) => lossEntry(row, group)),
    })),
    ...methodHeadings.map(([heading, kind]) => ({
      heading,
      entries: methods.filter((row) => row.kind === kind).map((row) => entryOf(row, [])),
    })),
  ];
}

/** What gives a candidate that it needs. */
const options: Record<Need, string> = {
  teacher: "--distill-from",
  unlabeled: "--unlabeled",
  bags: "--bag-column",
};

/** A loss with what it needs, and the tasks that it is for. */
export function lossRow(candidate: ComparedLoss) {
  const { tasks, extensionOn = [], needs: [need] = [], onlyByName = false } = candidate;
  const needs = need === undefined ? null : options[need];
  const needsTeacher = need === "teacher";
  return {
    ...common(candidate),
    kind: roleOf(candidate),
    tasks,
    extensionOn,
    needsTeacher,
    needs,
    onlyByName,
  };
}

/** Losses that run under the same condition, and the tasks that are usual among them. */
interface LossGroup {
  heading: string;
  needs: string | null;
  tasks: readonly Task[];
}

const classes: readonly Task[] = ["binary", "multiclass"];

const regression: LossGroup = { heading: "Losses of regression", needs: null, tasks: ["regression"] };

const preference: LossGroup = {
  heading: "Losses of pairs of responses, with --task preference",
  needs: null,
  tasks: ["preference"],
};

const lossGroups: readonly LossGroup[] = [
  { heading: "Losses of classification", needs: null, tasks: classes },
  regression,
  preference,
  {
    heading: "Losses that learn from a teacher, with --distill-from FOLDER",
    needs: options.teacher,
    tasks: classes,
  },
  {
    heading: "Losses that learn from rows without labels, with --unlabeled FILE",
    needs: options.unlabeled,
    tasks: classes,
  },
  {
    heading: "Losses that learn from totals of bags, with --bag-column COLUMN",
    needs: options.bags,
    tasks: [...classes, "regression"],
  },
];

const methodHeadings = [
  ["Optimizers of the baseline's loss, with --optimizers NAMES", "optimizer"],
  ["Training steps of the baseline's loss, with --steps NAMES", "step"],
] as const;

function groupOf({ needs, tasks }: LossRow): LossGroup | undefined {
  if (needs === null && tasks.includes("regression")) return regression;
  if (tasks.includes("preference")) return preference;
  return lossGroups.find((group) => group.needs === needs);
}

/** A loss, with what it has of its own: other tasks than its group, when it runs. */
function lossEntry(row: LossRow, group: LossGroup): Entry {
  const fewer = row.tasks.length < group.tasks.length;
  const same = !fewer && row.tasks.every((task) => group.tasks.includes(task));
  return entryOf(row, [
    ...(same ? [] : [`${row.tasks.join(", ")}${fewer ? " only" : ""}`]),
    ...row.extensionOn.map((task) => `${task}: our extension`),
    ...(row.onlyByName ? ["only by name"] : []),
  ]);
}

/** An optimizer or a training step with its kind. */
export const methodRow = (method: Method) => ({ ...common(method), kind: method.kind });

function common({ id, label, formula, parameters, paper, reference, settings, origin }: Candidate) {
  const from = { paper: paper ?? null, reference: reference ?? null };
  return { id, label, formula, parameters, ...from, settings, ...(origin && { origin }) };
}

function entryOf(row: ReturnType<typeof common>, marks: readonly string[]): Entry {
  const { id, label, formula, parameters, paper, reference, origin } = row;
  const own = Object.entries(parameters).map(([name, range]) => `${name} ${range}`);
  const from = [paper === null ? reference : `paper ${paper}`, origin?.file].filter((text) => text != null);
  const marked = marks.length === 0 ? label : `${label} (${marks.join("; ")})`;
  return { name: id, label: marked, about: [formula, ...own, ...from] };
}
