import { mostGramRows } from "minimand";
import { didYouMean, rangeError } from "minimand/engine";
import type { Settings, Task } from "../results.ts";
import { traitsOf } from "../task.ts";
import {
  type ComparedLoss,
  hasNeed,
  type Method,
  minimisedBy,
  type Need,
  type NetworkCandidate,
  type PlannedCandidate,
  roleOf,
  seesBags,
} from "./candidate.ts";
import {
  type BaselineSettings,
  baselineFor,
  candidateById,
  candidateFor,
  lossesWith,
  methodsWith,
} from "./candidates.ts";
import { checkCandidates } from "./check-candidates.ts";
import type { OwnParts } from "./own-parts.ts";
import { chooseReferences } from "./trained-references.ts";

/** What decides which candidates run. */
type Choice = Pick<Settings, "losses" | "optimizers" | "steps"> &
  BaselineSettings &
  Partial<Pick<Settings, "references" | "model" | "hidden" | "batchSize" | "task">>;

/**
 * Returns the losses that run: those asked for (or all of the task but those that run only by name), and always the baseline and class
 * weights. Distillation is among them only where there is a teacher, and what learns from unlabelled rows where there is a file of them,
 * then with self-training always. Then the optimizers and steps asked for. Where rows are in bags, only the losses that see bags run, and
 * the reference that sees every row. Last come the references that are trained.
 *
 * @param own candidates that are chosen like those of the comparison. With an own model, losses of another last layer than a linear one are
 *   left out, and what puts noise on features runs only by name; with a linear model, what looks at hidden features is left out
 * @throws RangeError for unknown names, and for candidates that lack what they need; TypeError, RangeError for invalid own candidates
 */
export function chooseCandidates(
  settings: Choice & Pick<Settings, "distillFrom"> & Partial<Pick<Settings, "unlabeled">>,
  task: Task,
  own: OwnParts = {},
): PlannedCandidate[] {
  checkCandidates(own.candidates ?? []);
  const { references = [], model = "mlp" } = settings;
  const chosen =
    (settings.bagColumn ?? null) !== null
      ? chooseForBags(settings, task, own)
      : chooseForRows(settings, task, own);
  return [...chosen, ...chooseReferences({ ...settings, task, references, model }).candidates];
}

function chooseForRows(
  settings: Parameters<typeof chooseCandidates>[0],
  task: Task,
  { candidates = [], model }: OwnParts,
): NetworkCandidate[] {
  const ofTask = lossesWith(candidates).filter((c) => c.tasks.includes(task));
  const given: Record<Need, boolean> = {
    teacher: settings.distillFrom !== null,
    unlabeled: (settings.unlabeled ?? null) !== null && task !== "regression",
    bags: false,
  };
  const always = [
    baselineFor(settings, task, candidates),
    ...traitsOf[task].always,
    // What the others with unlabelled rows have to be better than.
    ...(given.unlabeled ? ["pseudo-label"] : []),
  ];
  const possible = ofTask.filter(
    (c) => (c.needs ?? []).every((need) => given[need]) && (model === undefined || hasLinearHead(c)),
  );
  const usual = possible.filter(
    (c) =>
      c.onlyByName !== true &&
      whyNot(c, settings, model) === null &&
      (model === undefined || c.features !== "replaces"),
  );
  const wanted = settings.losses === "auto" ? idsOf(usual) : settings.losses;
  const shown = idsOf(possible.filter(({ kind }) => kind === "reference"));
  const chosen = [
    ...[...new Set([...always, ...wanted, ...shown])].map((id) =>
      candidateById(id, task, "losses", candidates),
    ),
    ...[
      ...new Set([
        ...methodsOf("optimizer", settings.optimizers, candidates),
        ...methodsOf("step", settings.steps, candidates),
      ]),
    ].map((id) => candidateFor(id, task, settings, candidates)),
  ];
  const needing = (need: Need) => chosen.find((c) => hasNeed(minimisedBy(c), need));
  const untaught = needing("teacher");
  if (!given.teacher && untaught !== undefined)
    throw missing("distillFrom", `a kept model as the teacher that ${untaught.id} needs`);
  const learners = ofTask.filter((c) => hasNeed(c, "teacher"));
  if (given.teacher && untaught === undefined && learners.length > 0)
    throw missing(
      "losses",
      `with --distill-from one that learns from a teacher (${idsOf(learners).join(", ")})`,
    );
  const without = needing("unlabeled");
  if (!given.unlabeled && without !== undefined)
    throw missing("unlabeled", `a file of the unlabelled rows that ${without.id} needs`);
  const unbagged = needing("bags");
  if (unbagged !== undefined) throw missing("bagColumn", `a column of bags that ${unbagged.id} needs`);
  const [baseline] = chosen;
  if (baseline.kind === "reference") throw rangeError("baseline", "a loss that is no reference", baseline.id);
  const other = model && chosen.find((c) => !hasLinearHead(minimisedBy(c)));
  if (other !== undefined)
    throw rangeError("losses", "ones of a linear last layer, as an own model has", other.id);
  for (const candidate of chosen) {
    const expected = whyNot(minimisedBy(candidate), settings, model);
    if (expected !== null) throw rangeError("losses", expected, minimisedBy(candidate).id);
  }
  return chosen;
}

/** What the losses of these settings have to be where this one isn't, or null where it is. */
function whyNot(
  { features, pairsRows }: ComparedLoss,
  { model: kind, hidden, batchSize = 0 }: Choice,
  model: OwnParts["model"],
): string | null {
  const isLinear = model === undefined && (kind === "linear" || hidden?.length === 0);
  if (isLinear && features !== undefined)
    return "ones that need no hidden features, as the linear model has none";
  if (pairsRows === true && batchSize > mostGramRows)
    return `ones without matrices of all pairs of a batch of ${batchSize} rows (${4 * batchSize ** 2} bytes each; at most ${mostGramRows} rows)`;
  return null;
}

/** Names of the methods of a kind that were asked for; `all` stands for each of them. */
function methodsOf(
  kind: Method["kind"],
  asked: readonly string[],
  own: Parameters<typeof methodsWith>[0],
): string[] {
  const ids = idsOf(methodsWith(own).filter((m) => roleOf(m) === kind));
  if (asked.includes("all")) return ids;
  const unknown = asked.find((id) => !ids.includes(id));
  if (unknown === undefined) return [...asked];
  const message = rangeError(`${kind}s`, `all, or some of ${ids.join(", ")}`, unknown).message;
  throw new RangeError(`${message}${didYouMean(unknown, ids)}`);
}

const idsOf = (candidates: readonly { id: string }[]): string[] => candidates.map(({ id }) => id);

const hasLinearHead = ({ head = "linear" }: ComparedLoss): boolean => head === "linear";

const missing = (argument: string, expected: string): RangeError =>
  new RangeError(`${argument}: expected ${expected}, got none`);

/** The losses that see bags, and the reference that sees every row. */
function chooseForBags(settings: Choice, task: Task, { candidates = [] }: OwnParts): NetworkCandidate[] {
  for (const kind of ["optimizers", "steps"] as const) {
    const [asked] = settings[kind];
    if (asked !== undefined) throw rangeError(kind, "none with --bag-column", asked);
  }
  const possible = lossesWith(candidates).filter((c) => c.tasks.includes(task) && hasNeed(c, "bags"));
  const known = idsOf(possible);
  const check = (argument: string, id: string): void => {
    if (known.includes(id)) return;
    const expected = `losses of bags (${known.join(", ")}) with --bag-column`;
    throw new RangeError(`${rangeError(argument, expected, id).message}${didYouMean(id, known)}`);
  };
  const baseline = baselineFor(settings, task, candidates);
  check("baseline", baseline);
  const asked = settings.losses === "auto" ? known : settings.losses;
  for (const id of asked) check("losses", id);
  const shown = idsOf(possible.filter(({ kind }) => kind === "reference"));
  const chosen = [...new Set([baseline, ...asked, ...shown])].map((id) =>
    candidateById(id, task, "losses", candidates),
  );
  if (!seesBags(chosen[0])) throw rangeError("baseline", "a loss that sees bags", baseline);
  return chosen;
}
