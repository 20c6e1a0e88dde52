import { numpy as np } from "@jax-js/jax";
import {
  mlp,
  predictor,
  type RepresentationModel,
  type SupervisedState,
  type TrainStep,
  type Variables,
} from "minimand";
import { type Compile, type Compiled, compileWithJit, refTree, type Tree } from "minimand/engine";
import { csQmi } from "minimand/losses";
import { encoderDecoder } from "minimand/models";
import { type Attack, type FgsmAttack, fgsm, pgd } from "minimand/training";
import { inputsOf, outputsOf } from "../../kit/accuracy.ts";
import { programsOf } from "../../kit/programs.ts";
import type { Arm } from "./arms.ts";
import type { Numbers } from "./data.ts";
import { attacks, type RegimeId, regimes, wide } from "./settings.ts";

/** The arguments of an attack's loss, except the inputs. */
type Victim = { params: Tree; state: Tree; y: np.Array };

interface Judges {
  predict: ReturnType<typeof predictor>;
  fgsm: FgsmAttack<Victim>;
  pgd: Attack<Victim>;
  information: Compiled<[Tree, Tree, np.Array], np.Array[]>;
}

const steps = programsOf<TrainStep<SupervisedState>>();
const judges = programsOf<Judges>();

/** The network of a regime, for a number of inputs. */
export function modelOf(regime: RegimeId, inputs: number): RepresentationModel {
  const { encoder, size, decoder } = regimes[regime];
  return encoderDecoder({
    encoder: mlp({ inputs, hidden: encoder, outputs: size }),
    decoder: mlp({ inputs: size, hidden: decoder, outputs: 1 }),
    size,
    outputs: 1,
  });
}

/** Compiled programs of a thread: a step for each arm, and the programs that judge all of them. */
export function programsFor(
  { id, make }: Arm,
  regime: RegimeId,
  inputs: number,
  compile: Compile | undefined,
): { step: TrainStep<SupervisedState>; judge: Judges } {
  const model = modelOf(regime, inputs);
  return {
    step: steps(compile, `${id} ${regime} ${inputs}`, () => make(model, compile)),
    judge: judges(compile, `${regime} ${inputs}`, () => judgesOf(model, compile)),
  };
}

function judgesOf(model: RepresentationModel, compile: Compile | undefined): Judges {
  const squared = (x: np.Array, { params, state, y }: Victim): np.Array => {
    const [output] = model.apply({ params, state }, x, { training: false });
    return np.square(output.reshape([-1]).sub(y));
  };
  return {
    predict: predictor(model, compile),
    fgsm: fgsm(squared, { compile }),
    pgd: pgd(squared, { steps: attacks.pgd.steps, compile }),
    information: (compile ?? compileWithJit)((params: Tree, state: Tree, x: np.Array) => {
      const variables: Variables = { params, state };
      const [{ features, output }] = model.applyWithFeatures(variables, x.ref, { training: false });
      output.dispose();
      return [1, wide].map((sigmaT) => csQmi(x.ref, features.ref, { normalize: true, sigmaT }));
    }),
  };
}

/** Errors of a trained network on some rows, and the information of its representation about their inputs. */
export interface Judged {
  /** Root mean squared error, in deviations of the training targets. */
  clean: number;
  /** The same under FGSM, for each radius. */
  fgsm: number[];
  pgd: number;
  /** Normalised Cauchy-Schwarz information of inputs and representation, at the widths 1 and `wide` of its kernel. */
  information: number;
  informationWide: number;
}

/** Judges a network by its errors on rows, clean and attacked; does not consume the parameters. */
export async function judgeBy(
  { predict, fgsm, pgd, information }: Judges,
  { params, modelState }: { params: Tree; modelState: Tree },
  rows: Numbers,
): Promise<Judged> {
  const { shape, y } = rows;
  const rmse = async (x: ArrayLike<number>): Promise<number> => {
    const outputs = await outputsOf(predict, { params, modelState }, { x, shape });
    return Math.sqrt(outputs.reduce((sum, f, i) => sum + (f - y[i]) ** 2, 0) / y.length);
  };
  const victim = (): Victim => ({ params: refTree(params), state: refTree(modelState), y: np.array(y) });
  const attacked: number[] = [];
  for (const gamma of attacks.fgsm)
    attacked.push(await rmse((await fgsm(inputsOf(rows), victim(), { gamma }).data()) as Float32Array));
  const { gamma, stepSize } = attacks.pgd;
  const still = { delta: np.zeros([y.length, ...shape]) };
  const climbed = pgd(inputsOf(rows), victim(), { gamma, stepSize, start: still });
  const [narrow, broad] = information(refTree(params), refTree(modelState), inputsOf(rows));
  return {
    clean: await rmse(rows.x),
    fgsm: attacked,
    pgd: await rmse((await climbed.data()) as Float32Array),
    information: (await narrow.data())[0],
    informationWide: (await broad.data())[0],
  };
}
