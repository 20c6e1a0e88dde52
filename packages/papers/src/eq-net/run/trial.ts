import { type ElasticVariables, uniformConfigs } from "minimand";
import { disposeTree, type Tree } from "minimand/engine";
import { weightMoments } from "minimand/quantization";
import { type MeasuredBy, trialOf } from "../../kit/parts.ts";
import { mean } from "../../kit/statistics.ts";
import type { TrialHost } from "../../reproduction.ts";
import { judgeOf } from "./accuracy.ts";
import { armOf, formOf, forms } from "./arms.ts";
import { network, startOf, trainQuantised } from "./network.ts";
import { type SearchResult, searchTrial } from "./search.ts";
import { bits, type Sizes } from "./settings.ts";

interface Draw {
  seed: number;
  sizes: Sizes;
  learningRate: number;
  /** `held`: judged by images of the training file, for tuning. */
  judge: "test" | "held";
}

/** A network of all widths, by an arm. */
export interface ArmSpec extends Draw {
  part: "arm";
  arm: string;
  /** Whether mixed widths are searched. */
  search: boolean;
}

export interface ArmResult {
  part: "arm";
  /** Of the float network. */
  float: number;
  /** By form, then by width. */
  accuracy: { [form: string]: number[] };
  /** Means over the layers between the first and the last. */
  kurtosis: number;
  skewness: number;
  search: SearchResult | null;
}

/** Networks that are trained for one width each, in one form. */
export interface SingleSpec extends Draw {
  part: "single";
  form: string;
}

export interface SingleResult {
  part: "single";
  /** By width. */
  accuracy: number[];
}

/** A learning rate that the host has no use for: nothing is trained. */
export const untrained = 0;

async function armTrial(spec: ArmSpec, host: TrialHost): Promise<ArmResult> {
  const arm = armOf(spec.arm);
  const { seed, sizes } = spec;
  const start = await startOf(seed, sizes, host);
  const isTrained = arm.lambda !== null;
  const variables = isTrained ? await trainQuantised({ arm }, start, spec, host) : start.variables;
  const judge = judgeOf(variables, start.material[spec.judge], host.compile);
  const accuracy: ArmResult["accuracy"] = {};
  for (const { id, form } of forms) {
    accuracy[id] = [];
    for (const width of bits)
      accuracy[id].push(await judge(uniformConfigs(network.layers, { bits: width, ...form })));
  }
  judge.dispose();
  const search = spec.search ? await searchTrial(variables, start.material, spec, host) : null;
  const result: ArmResult = { part: "arm", float: start.accuracy, accuracy, search, ...momentsOf(variables) };
  if (isTrained) disposeTree([variables.params, variables.state] as unknown as Tree);
  return result;
}

/** How the weights of the layers between are spread. */
function momentsOf({ params }: ElasticVariables): { kurtosis: number; skewness: number } {
  const found = network.quantised.slice(1, -1).map((piece) => {
    const { weight } = params.weights[piece] as { weight: Parameters<typeof weightMoments>[0] };
    const { skewness, kurtosis } = weightMoments(weight.ref);
    return { skewness: Math.abs(skewness.item()), kurtosis: kurtosis.item() };
  });
  return {
    kurtosis: mean(found.map((own) => own.kurtosis)),
    skewness: mean(found.map((own) => own.skewness)),
  };
}

async function singleTrial(spec: SingleSpec, host: TrialHost): Promise<SingleResult> {
  const start = await startOf(spec.seed, spec.sizes, host);
  const form = formOf(spec.form);
  const accuracy: number[] = [];
  for (const width of bits) {
    const variables = await trainQuantised({ form, width }, start, spec, host);
    const judge = judgeOf(variables, start.material[spec.judge], host.compile);
    accuracy.push(await judge(uniformConfigs(network.layers, { bits: width, ...form })));
    judge.dispose();
    disposeTree([variables.params, variables.state] as unknown as Tree);
  }
  return { part: "single", accuracy };
}

/** One trial of any part; the same spec gives the same result. */
export const trial = trialOf({ arm: armTrial, single: singleTrial });
export type Measured = MeasuredBy<typeof trial>;
export type Spec = Measured["spec"];
export type Result = Measured["result"];

/** What a finished trial is called in the progress. */
export const describe = (spec: Spec): string =>
  `${spec.part === "arm" ? spec.arm : `one width, ${spec.form}`}, seed ${spec.seed}`;
