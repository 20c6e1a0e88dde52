import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { bandits } from "../packages/cli/src/commands/bandit/bandit-choices.ts";
import { type Declared, declaredIn } from "./support/declared.ts";
import { library } from "./support/library.ts";

/*
 * Every loss, optimizer, layer, training step and online learner that the library exports is in the conformance suite of its shape.
 * What a function is, its declared return type tells. A suite's lists are the source of truth: its files are those named
 * `conformance`, and the fixtures that they import; who is imported there is in the suite, since an import without use is refused
 * by the compiler.
 */
const source = "packages/{minimand,lab}/src";

function suiteOf(folders: string): Set<string> {
  const files = new Set(globSync(`packages/${folders}/**/*conformance{,.test,.cpu.test}.ts`));
  // Fixtures are appended while the set is walked.
  for (const file of files) {
    for (const [, path] of readFileSync(file, "utf8").matchAll(/from "(\.[^"]*\.fixture\.ts)"/g))
      files.add(join(dirname(file), path));
  }
  const imports = [...files].flatMap((file) => [
    ...readFileSync(file, "utf8").matchAll(/^import (?!type)(?:\* as \w+|\{([^}]*)\}) from/gm),
  ]);
  return new Set(imports.flatMap(([, names = ""]) => names.split(",").map((name) => name.trim())));
}

interface Shape {
  /** The folders of its suite, below `packages/`. */
  folders: string;
  is: (declared: Declared) => boolean;
  /** Exports that return the shape's type and have no place in its suite, with the reason. */
  not: { [name: string]: string };
}

const because = (reason: string, names: string): Shape["not"] =>
  Object.fromEntries(names.split(" ").map((name) => [name, reason]));

const shapes: { [shape: string]: Shape } = {
  loss: {
    folders: "minimand/src/losses",
    is: ({ returns, file }) =>
      file.includes("/losses/") &&
      !file.includes("/losses/preference/") &&
      /^(np\.Array$|\[np\.Array|\{ total: np\.Array)/.test(returns),
    not: {
      ...because(
        "takes embeddings in pairs, triplets or by class; tested together in pairs.test.ts",
        "contrastiveLoss batchContrastiveLoss infoNceLoss ntXentLoss supConLoss prototypicalLoss batchPrototypicalLoss triplet batchTriplet",
      ),
      ...because(
        "takes embeddings and centres; every margin is tested in margin-softmax.test.ts",
        "marginSoftmax marginLogits marginCrossEntropy",
      ),
      ...because(
        "takes the weights of an output layer; tested in a file of its own",
        "hierarchicalSoftmaxLoss sampledSoftmaxLoss",
      ),
      ...because("takes bags; tested in aggregate-loss.test.ts", "aggregateLoss withinBagVariance"),
      ...because(
        "compares outputs with past ones; tested in trajectory.test.ts",
        "trajectoryLoss trajectorySquaredError",
      ),
      ...because(
        "takes one score or two logits; tested in binary-cross-entropy.test.ts",
        "binaryCrossEntropy deltaRule weightedBce",
      ),
      ...because(
        "draws its derivative: no finite difference is it; tested in ensloss*.test.ts",
        "ensLoss ensLossCotangent ensLossOneVsRest ensLossPairwise",
      ),
      ...because(
        "a distance of two outputs, the inner loss of attacks; tested in adversarial.test.ts",
        "scoreDeviation squaredScoreDeviation logitsDivergence",
      ),
      ...because(
        "a term of a generator's training; tested in generation.test.ts",
        "alignLoss drawSimilarityLoss jointPromptLoss tokenCrossEntropy",
      ),
      ...because(
        "no loss, but what losses are made of",
        "amplify assignElasticMargins binaryMargins cosineSimilarity elasticMargins ensLossDerivatives gaussianGram inverseBoxCox logUniformProbability logUniformSample minSnrWeights projectUnitNorm sphericalSoftmax taylorSoftmax truncatedGcePrune",
      ),
    },
  },
  "loss of preferences": {
    folders: "minimand/src/losses/preference",
    is: ({ returns, file }) => file.includes("/losses/preference/") && /^np\.Array$/.test(returns),
    not: because(
      "takes no pairs; tested in preference.test.ts",
      "denoise pairGradientWeights plackettLuceNll wpoWeights",
    ),
  },
  optimizer: {
    folders: "{minimand/src/optimizers,lab/src/online}",
    is: ({ returns }) => /^GradientTransformation\b/.test(returns),
    not: because(
      "no optimizer alone: it keeps to the sphere, turns a learner into one, or cuts a flat vector",
      "keepUnitNorm asTransform flatTransformation",
    ),
  },
  layer: {
    folders: "minimand/src/models/layers",
    is: ({ returns, file }) => file.includes("/models/layers/") && /^Layer\b/.test(returns),
    not: {},
  },
  "training step": {
    folders: "{minimand/src/training,lab/src/architecture,lab/src/self-training}",
    is: ({ returns }) => /^(Async)?(Train|Mesa|Supervised)Step\b/.test(returns),
    not: because(
      "trains one kind of model, with a state of its own; tested in a file of its own",
      "factoredOutputStep linearRssStep",
    ),
  },
  "online learner": {
    folders: "lab/src/online",
    is: ({ returns }) => /^(Bandit|\w*Learner|LinearQPolicyOptimizer|SimulatorFree\w*)(<|$)/.test(returns),
    not: because(
      "is given losses, not gradients: its own test runs the suite of all learners",
      "optimisticOmdImplicit",
    ),
  },
};

describe.each(Object.entries(shapes))("every exported %s", (_, { folders, is, not }) => {
  const exported = declaredIn(source).filter(({ name }) => name in library);
  const found = [...new Set(exported.filter(is).map(({ name }) => name))];

  it("is in its conformance suite", () => {
    const suite = suiteOf(folders);
    expect(found.length).toBeGreaterThan(5);
    expect(found.filter((name) => !suite.has(name) && !Object.hasOwn(not, name))).toEqual([]);
  });

  it("that is left out exists", () => {
    expect(Object.keys(not).filter((name) => !found.includes(name))).toEqual([]);
  });
});

describe("every bandit", () => {
  it("can be simulated by its name", () => {
    const makers = declaredIn(source).filter(({ name, returns }) => returns === "Bandit" && name in library);
    const names = makers.map(({ name }) => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
    expect(names.filter((name) => name !== "restore-bandit").toSorted()).toEqual(
      Object.keys(bandits).toSorted(),
    );
  });
});
