import type { Listing } from "../listing.ts";
import type { PaperCard } from "../reproduction.ts";
import ruleLog from "./rule-log.json" with { type: "json" };

export const card: PaperCard = {
  slug: "z-loss",
  title: "The Z-loss: a shift and scale invariant classification loss belonging to the Spherical Family",
  authors: 2,
  arxiv: "1604.08859",
  date: "2016-04",
  claim:
    "With very many classes, training with the Z-loss is far faster than with log-softmax and faster than with hierarchical softmax, as its exact gradient and update cost nothing per class; it ranks better than the other losses of its (spherical) family, and for suitable k better than log-softmax in top-k error.",
  rule: "Three parts. Speed (64 features, batches of 64): a step of the factored Z-loss takes at most a tenth of the time of a dense log-softmax step at 200,000 classes and less than one of hierarchical softmax, and its time grows with the classes from 10,000 on with a slope below 0.25 on logarithmic axes. Family (next word on the Brown corpus, full vocabulary): with (a, b) chosen for each k on validation documents, the Z-loss's top-k accuracy exceeds that of each other spherical loss, at the end of training, for every k of 1, 5, 10, 20, 100, by more than two standard errors of the mean paired difference over seeds. Softmax: at the number of training positions that log-softmax is given, the Z-loss with (a, b) chosen for k has a top-k accuracy at least that of log-softmax for some k of 10, 20, 100; and the fastest Z-loss reaches the mean reciprocal rank that log-softmax ends with in less training time. Reproduced: all three. Partly reproduced: speed and one other. Otherwise not reproduced.",
  ruleLog: ruleLog as PaperCard["ruleLog"],
  pieces: [
    "zLoss",
    "zLossSpec",
    "FactoredOutputLayer",
    "logTaylorSoftmaxLoss",
    "logSphericalSoftmaxLoss",
    "topKAccuracy",
    "meanReciprocalRank",
  ],
  data: ["brown", "digits"],
};

export const listing: Listing = {
  topic: "classification",
  added: "2026-11-25",
  held: "With 200,000 classes a training step of the factored Z-loss takes 0.52 ms, one of log-softmax 219 ms and one of hierarchical softmax 11.65 ms. After 12,800 training words of the Brown corpus its top-100 accuracy is 5.3 ± 0.8 points above log-softmax's.",
  notHeld: null,
  measured: {
    verdict: "reproduced",
    seconds: 535,
    use: "An output layer for very many classes. A training step costs the same however many there are; its two parameters must be tuned.",
    practice:
      "With tens of thousands of classes, if only the top of a ranking counts, train the factored Z-loss with a and b tuned for your k. Hierarchical and sampled softmax come close, at several times its training time.",
  },
};
