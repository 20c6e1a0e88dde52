import { candidateById, type Dataset, discard, makeLearner, makeNetwork, makeWhole } from "@minimand/compare";
import type { Compile } from "minimand/engine";
import { training } from "./settings.ts";

const epochs = 6;

/** Probabilities of all rows of a table, by a network of {@link training} that was trained on them. */
export async function teach(dataset: Dataset, compile: Compile | undefined): Promise<Float64Array> {
  const { task, classes } = dataset;
  const { whole } = makeWhole(dataset);
  const options = { ...training, hidden: [...training.hidden], maxEpochs: epochs, patience: epochs };
  const network = makeNetwork(whole.inputs, task, classes.length, options, compile);
  const info = { task, classes: classes.length, metric: "balanced-accuracy" };
  const learner = makeLearner(network, candidateById("cross-entropy", task), info, options, compile);
  const configuration = { learningRate: training.learningRate, parameters: {} };
  const { trained } = await learner.trainFor(epochs, whole, configuration, { seed: 1 });
  const { probabilities } = await network.predict(trained, whole.fit, whole.target);
  discard(trained);
  learner.dispose();
  network.dispose();
  return probabilities;
}
