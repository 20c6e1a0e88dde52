import type { Listing } from "../listing.ts";
import type { PaperCard } from "../reproduction.ts";
import ruleLog from "./rule-log.json" with { type: "json" };

export const card: PaperCard = {
  slug: "eq-net",
  title: "EQ-Net: Elastic Quantization Neural Networks",
  authors: 5,
  arxiv: "2308.07650",
  date: "2023-08",
  claim:
    "One set of weights, trained once with step sizes for every bit-width and form of quantisation, can be quantised in any of them without training again, nearly as accurate as a network that is trained for that one. A regulariser that makes the weights' distribution flat and guidance of few bits by many help most at the fewest bits.",
  rule: "Fashion-MNIST, 6000 images to train on and 2000 test images; perceptron 784-32-32-32-32-10 with He-normal start, 10 epochs in float; then 6 epochs of all widths 2, 3, 4 and 8 bits and all eight forms at once, first and last layer at 8 bits; at least 5 seeds; learning rates tuned on other seeds and rows, the same grid for all. Accuracies are those with one step size per tensor, symmetric weights, asymmetric activations. (A) At 2 bits guidance and flat weights together are no worse than hard labels alone by more than the standard error of the paired difference. (B) At 2 bits they are at least 3 points above quantisation after training. (C) Their mean over the four widths is at most 1 point below that of networks trained for each width alone. (D) The kurtosis of the weights is nearer to 1.8 with the regulariser than without. Reproduced: all four. Partly reproduced: B and D. Not reproduced: otherwise.",
  ruleLog: ruleLog as PaperCard["ruleLog"],
  pieces: [
    "elasticNetwork",
    "calibrateElastic",
    "elasticApply",
    "elasticStep",
    "quantizedModel",
    "sampleConfigs",
    "trainAccuracyPredictor",
    "geneticSearch",
    "exportQuantized",
  ],
  data: ["fashion-train", "fashion-test"],
};

export const listing: Listing = {
  topic: "small models",
  added: "2026-11-27",
  held: "One network trained for all bit widths reaches 75.4 % test accuracy at 2 bits, a network quantised after training 36.4 %. The regulariser flattens the weights: their kurtosis is 1.81 instead of 2.92.",
  notHeld:
    "Over all widths the network is 1.4 ± 0.4 points less accurate than networks trained for one width each. At 2 bits guidance and regulariser gain nothing significant over hard labels (-0.1 ± 0.4 points).",
  measured: {
    verdict: "partly reproduced",
    seconds: 114,
    use: "One training for every bit-width: far better than rounding afterwards at few bits, a little worse than a network for one width alone.",
    practice:
      "If you need several low bit widths, train one network for all of them, with hard labels and a tuned learning rate. The paper's additions to that gained nothing overall.",
  },
};
