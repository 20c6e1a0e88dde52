import { heads } from "minimand";
import {
  checkChoice,
  checkNumber,
  type OptionNames,
  rangeError,
  readOptions,
  typeError,
} from "minimand/engine";
import type { Task } from "../results.ts";
import type {
  Candidate,
  ComparedLoss,
  LossCandidate,
  ObjectiveCandidate,
  ObjectiveStepCandidate,
  OptimizerCandidate,
  OwnStepCandidate,
  ReferenceCandidate,
} from "./candidate.ts";
import { candidates as bundled, references } from "./candidates.ts";
import { methods } from "./methods.ts";
import { trainedReferences } from "./trained-references.ts";

const described: OptionNames<Pick<Candidate, keyof Candidate>> = {
  id: true,
  label: true,
  paper: true,
  reference: true,
  formula: true,
  settings: true,
  parameters: true,
  origin: true,
  kind: true,
};
const ofTasks = {
  ...described,
  tasks: true,
  extensionOn: true,
  head: true,
  onlyByName: true,
  features: true,
  pairsRows: true,
  needs: true,
} as const;
const ofStep = { minimises: true, step: true, memory: true, hyper: true } as const;

const loss: OptionNames<LossCandidate> = {
  ...ofTasks,
  loss: true,
  wholeBatch: true,
  classWeighted: true,
  hyper: true,
};
const objective: OptionNames<ObjectiveCandidate> = { ...ofTasks, objective: true, memory: true };
const reference: OptionNames<ReferenceCandidate> = { ...ofTasks, loss: true };
const optimizer: OptionNames<OptimizerCandidate> = { ...described, optimizer: true, rates: true };
const ownStep: OptionNames<OwnStepCandidate> = { ...ofTasks, ...ofStep };
const step: OptionNames<ObjectiveStepCandidate> = { ...described, ...ofStep, fixed: true };

/** Fields of candidates of this package, and what loading adds: messages do not ask for them. */
const ours: readonly string[] = ["origin", "extensionOn", "classWeighted"];

const kinds = ["loss", "objective", "optimizer", "step", "reference"] as const;
const tasks: readonly Task[] = ["binary", "multiclass", "regression", "preference"];
const needs: Record<Candidate["kind"], readonly string[]> = {
  loss: [],
  objective: ["bags"],
  optimizer: [],
  step: ["teacher", "unlabeled"],
  reference: ["bags"],
};
const taken: readonly string[] = [
  ...[...bundled, ...methods, ...trainedReferences],
  ...Object.values(references),
].map(({ id }) => id);

/**
 * Checks candidates of one's own: what TypeScript refuses by itself, and that all names are different from one another and from
 * those of the comparison.
 *
 * @param others own candidates that have been checked already
 * @throws TypeError, RangeError naming the place in the list and the field, e.g. `candidates[0].kind: expected ...`
 */
export function checkCandidates(own: readonly Candidate[], others: readonly Candidate[] = []): void {
  if (!Array.isArray(own)) throw typeError("candidates", "a list of candidates", own);
  const names = [...taken, ...others.map(({ id }) => id), "all", "auto"];
  for (const [i, candidate] of own.entries()) {
    const at = `candidates[${i}]`;
    if (typeof candidate !== "object" || candidate === null) throw typeError(at, "a candidate", candidate);
    checkFields(candidate, at);
    if (names.includes(candidate.id))
      throw rangeError(`${at}.id`, "a name that no other candidate has", candidate.id);
    names.push(candidate.id);
  }
}

function checkFields(candidate: Candidate, at: string): void {
  checkChoice(`${at}.kind`, candidate.kind, kinds);
  if (candidate.kind === "step")
    checkChoice(`${at}.minimises`, candidate.minimises, ["own", "objective", "loss"]);
  const given = Object.entries(candidate).filter(([name]) => !ours.includes(name));
  const known = Object.entries(fieldsOf(candidate)).filter(([name]) => !ours.includes(name));
  readOptions<object>(at, Object.fromEntries(given), Object.fromEntries(known));
  checkId(`${at}.id`, candidate.id);
  checkText(`${at}.label`, candidate.label);
  checkText(`${at}.formula`, candidate.formula);
  const functions = candidate as unknown as Record<string, unknown>;
  for (const name of [makerOf[candidate.kind], "memory", "hyper"]) {
    const optional = name === "memory" || name === "hyper";
    if (typeof functions[name] !== "function" && !(optional && functions[name] === undefined))
      throw typeError(`${at}.${name}`, "a function", functions[name]);
  }
  checkTuned(candidate, at);
  if (candidate.kind === "optimizer") checkRates(candidate.rates, `${at}.rates`);
  if ("tasks" in fieldsOf(candidate)) checkOfTasks(candidate as ComparedLoss, at);
}

function checkText(at: string, text: unknown): void {
  if (typeof text !== "string" || text === "") throw typeError(at, "a text", text);
}

/** Throws a TypeError or RangeError for what can't be a name on the command line. */
export function checkId(at: string, id: string): void {
  checkText(at, id);
  if (!/^[\w.-]+$/.test(id)) throw rangeError(at, "a name of letters, digits, '-', '_' and '.'", id);
}

function fieldsOf(candidate: Candidate): Record<string, true> {
  if (candidate.kind === "step") return candidate.minimises === "own" ? ownStep : step;
  return { loss, objective, reference, optimizer }[candidate.kind];
}

const makerOf = {
  loss: "loss",
  objective: "objective",
  reference: "loss",
  optimizer: "optimizer",
  step: "step",
} as const;

function checkRates(rates: OptimizerCandidate["rates"], at: string): void {
  if (rates === undefined) return;
  if (!Array.isArray(rates) || rates.length !== 2) throw typeError(at, "[slowest, fastest]", rates);
  checkNumber(`${at}[0]`, rates[0], { above: 0 });
  checkNumber(`${at}[1]`, rates[1], { min: rates[0] });
}

/** Settings are tuned for exactly the parameters that are described. */
function checkTuned({ settings, parameters }: Candidate, at: string): void {
  if (typeof parameters !== "object" || parameters === null)
    throw typeError(`${at}.parameters`, "an object of names and ranges", parameters);
  if (!Array.isArray(settings)) throw typeError(`${at}.settings`, "a list of settings", settings);
  const names = Object.keys(parameters);
  if (names.includes("learningRate"))
    throw rangeError(`${at}.parameters`, "no name that every candidate has", "learningRate");
  if (settings.length === 0 && names.length > 0)
    throw rangeError(`${at}.settings`, `at least one for the parameters ${names.join(", ")}`, settings);
  for (const [i, setting] of (settings as Record<string, number>[]).entries()) {
    const place = `${at}.settings[${i}]`;
    readOptions<object>(place, setting, Object.fromEntries(names.map((name) => [name, true])));
    for (const name of names) checkNumber(`${place}.${name}`, setting[name]);
  }
}

function checkOfTasks(candidate: ComparedLoss, at: string): void {
  const { tasks: own, head, kind, features } = candidate;
  if (!Array.isArray(own) || own.length === 0)
    throw typeError(`${at}.tasks`, `a list of some of ${tasks.join(", ")}`, own);
  for (const [i, task] of own.entries()) checkChoice(`${at}.tasks[${i}]`, task, tasks);
  if (head !== undefined) checkChoice(`${at}.head`, head, heads);
  if (features !== undefined) checkChoice(`${at}.features`, features, ["reads", "replaces"]);
  if (candidate.needs === undefined) return;
  const possible = needs[kind];
  const expected =
    possible.length === 0 ? `none for the kind ${kind}` : `a list of some of ${possible.join(", ")}`;
  if (!Array.isArray(candidate.needs)) throw typeError(`${at}.needs`, expected, candidate.needs);
  const wrong = candidate.needs.find((need) => !possible.includes(need));
  if (wrong !== undefined) throw rangeError(`${at}.needs`, expected, wrong);
}
