import { didYouMean, rangeError } from "minimand/engine";
import type { CandidateSummary, Settings, Task } from "../results.ts";
import { aggregateCandidates } from "./aggregate.ts";
import type { Candidate } from "./candidate.ts";
import { classificationCandidates } from "./classification.ts";
import { distillationCandidates } from "./distillation.ts";
import { gridOf } from "./grid.ts";
import { lastLayerCandidates } from "./last-layer.ts";
import { type Method, methods, withLoss } from "./methods.ts";
import { regressionCandidates } from "./regression.ts";
import { unlabeledCandidates } from "./unlabeled.ts";

/** Every loss of the comparison. */
export const candidates: readonly Candidate[] = [
  ...classificationCandidates,
  ...lastLayerCandidates,
  ...distillationCandidates,
  ...unlabeledCandidates,
  ...regressionCandidates,
  ...aggregateCandidates,
];

/** Rows shown beside the losses. They are not trained on their own. */
export const references = {
  majority: { id: "majority-class", label: "Majority class", formula: "the most frequent training class" },
  mean: { id: "mean-target", label: "Mean of the target", formula: "the mean of the training targets" },
  threshold: {
    id: "cross-entropy-threshold",
    label: "Cross-entropy, tuned threshold",
    formula: "cross-entropy; the threshold on p_1 that is best on the inner validation part",
  },
} as const;

/** What decides the baseline: without bags the usual one of the task. */
type BaselineSettings = Pick<Settings, "baseline"> & Partial<Pick<Settings, "bagColumn">>;

/** Id of the loss that the others are measured against. */
export function baselineFor({ baseline, bagColumn = null }: BaselineSettings, task: Task): string {
  if (baseline !== "auto") return candidateById(baseline, task, "baseline").id;
  if (bagColumn !== null) return "bag-level";
  return task === "regression" ? "squared" : "cross-entropy";
}

/** The loss of a name, for a task; a RangeError says which there are. */
export function candidateById(id: string, task: Task, argument = "losses"): Candidate {
  const found = candidates.find((c) => c.id === id && c.tasks.includes(task));
  if (found !== undefined) return found;
  const elsewhere = candidates.find((c) => c.id === id);
  const ids = candidates.filter((c) => c.tasks.includes(task)).map((c) => c.id);
  const hint =
    elsewhere === undefined ? didYouMean(id, ids) : `, which is for ${elsewhere.tasks.join(" and ")}`;
  throw new RangeError(
    `${rangeError(argument, `losses for ${task} (minimand losses lists them)`, id).message}${hint}`,
  );
}

/** What a trial runs: the loss of a name, or the method of a name with the loss of the baseline. */
export function candidateFor(id: string, task: Task, settings: BaselineSettings): Candidate {
  const method = methods.find((m) => m.id === id);
  if (method === undefined) return candidateById(id, task);
  return withLoss(method, candidateById(baselineFor(settings, task), task, "baseline"), task);
}

/** Names of the methods of a kind that were asked for; `all` stands for each of them. */
function methodsOf(kind: Method["kind"], asked: readonly string[]): string[] {
  const ids = methods.filter((m) => m.kind === kind).map((m) => m.id);
  if (asked.includes("all")) return ids;
  const unknown = asked.find((id) => !ids.includes(id));
  if (unknown === undefined) return [...asked];
  const message = rangeError(`${kind}s`, `all, or some of ${ids.join(", ")}`, unknown).message;
  throw new RangeError(`${message}${didYouMean(unknown, ids)}`);
}

/**
 * The losses that run: those asked for (or all of the task), and always the baseline and class weights. Distillation is
 * among them only where there is a teacher, and what learns from unlabelled rows where there is a file of them, then with
 * self-training always. Then the optimizers and steps asked for. Where rows are in bags, only the
 * losses that see bags run, beside the reference that sees every row.
 */
export function chooseCandidates(
  settings: Pick<Settings, "losses" | "distillFrom" | "optimizers" | "steps"> &
    Partial<Pick<Settings, "unlabeled">> &
    BaselineSettings,
  task: Task,
): Candidate[] {
  if ((settings.bagColumn ?? null) !== null) return chooseForBags(settings, task);
  const hasTeacher = settings.distillFrom !== null;
  const hasUnlabeled = (settings.unlabeled ?? null) !== null && task !== "regression";
  const always = [
    baselineFor(settings, task),
    ...(task === "regression" ? [] : ["class-weighted-cross-entropy"]),
    // What the others with unlabelled rows have to be better than.
    ...(hasUnlabeled ? ["pseudo-label"] : []),
  ];
  const wanted =
    settings.losses === "auto"
      ? candidates
          .filter(
            (c) =>
              c.tasks.includes(task) &&
              (hasTeacher || c.needsTeacher !== true) &&
              (hasUnlabeled || c.needsUnlabeled !== true) &&
              !forBags(c),
          )
          .map((c) => c.id)
      : settings.losses;
  // Cross-entropy runs whatever the baseline: its tuned threshold is one of the references.
  const needed = task === "binary" ? ["cross-entropy"] : [];
  const chosen = [
    ...[...new Set([...always, ...needed, ...wanted])].map((id) => candidateById(id, task)),
    ...[
      ...new Set([...methodsOf("optimizer", settings.optimizers), ...methodsOf("step", settings.steps)]),
    ].map((id) => candidateFor(id, task, settings)),
  ];
  const untaught = chosen.find((c) => c.needsTeacher === true);
  if (!hasTeacher && untaught !== undefined)
    throw missing("distillFrom", `a kept model as the teacher that ${untaught.id} needs`);
  const learners = candidates.filter((c) => c.needsTeacher === true && c.tasks.includes(task));
  if (hasTeacher && untaught === undefined && learners.length > 0) {
    const names = learners.map(({ id }) => id).join(", ");
    throw missing("losses", `with --distill-from one that learns from a teacher (${names})`);
  }
  const without = chosen.find((c) => c.needsUnlabeled === true);
  if (!hasUnlabeled && without !== undefined)
    throw missing("unlabeled", `a file of the unlabelled rows that ${without.id} needs`);
  const unbagged = chosen.find(forBags);
  if (unbagged !== undefined) throw missing("bagColumn", `a column of bags that ${unbagged.id} needs`);
  return chosen;
}

const missing = (argument: string, expected: string): RangeError =>
  new RangeError(`${argument}: expected ${expected}, got none`);

const forBags = ({ needsBags, withBags }: Candidate): boolean => needsBags === true || withBags === true;

/** The losses that see bags, and the reference that sees every row. */
function chooseForBags(
  settings: Pick<Settings, "losses" | "optimizers" | "steps"> & BaselineSettings,
  task: Task,
): Candidate[] {
  for (const kind of ["optimizers", "steps"] as const) {
    const [asked] = settings[kind];
    if (asked !== undefined) throw rangeError(kind, "none with --bag-column", asked);
  }
  const known = candidates.filter((c) => c.tasks.includes(task) && forBags(c)).map((c) => c.id);
  const check = (argument: string, id: string): void => {
    if (known.includes(id)) return;
    const expected = `losses of bags (${known.join(", ")}) with --bag-column`;
    throw new RangeError(`${rangeError(argument, expected, id).message}${didYouMean(id, known)}`);
  };
  const baseline = baselineFor(settings, task);
  check("baseline", baseline);
  const asked = settings.losses === "auto" ? known : settings.losses;
  for (const id of asked) check("losses", id);
  const chosen = [...new Set([baseline, ...asked, "individual-labels"])].map((id) => candidateById(id, task));
  if (chosen[0].needsBags !== true) throw rangeError("baseline", "a loss that sees bags", baseline);
  return chosen;
}

/** What `results.json` says of the losses and references that ran. */
export function summarise(
  chosen: readonly Candidate[],
  task: Task,
  configurations: number,
): CandidateSummary[] {
  const losses = chosen.map(
    (c): CandidateSummary => ({
      id: c.id,
      label: c.label,
      kind: c.kind ?? "loss",
      ...(c.paper === undefined ? {} : { paper: c.paper }),
      formula: c.formula,
      ...(c.extensionOn?.includes(task) ? { extension: true } : {}),
      grid: gridOf(c, configurations),
    }),
  );
  const hasThreshold = chosen.some((c) => c.id === "cross-entropy");
  const rows =
    task === "regression"
      ? [references.mean]
      : task === "binary"
        ? [references.majority, ...(hasThreshold ? [references.threshold] : [])]
        : [references.majority];
  return [...losses, ...rows.map((r): CandidateSummary => ({ ...r, kind: "reference", grid: [] }))];
}
