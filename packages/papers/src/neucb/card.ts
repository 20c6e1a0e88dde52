import type { Listing } from "../listing.ts";
import type { PaperCard } from "../reproduction.ts";
import ruleLog from "./rule-log.json" with { type: "json" };

export const card: PaperCard = {
  slug: "neucb",
  title: "Contextual Bandits with Online Neural Regression",
  authors: 5,
  arxiv: "2312.07145",
  date: "2023-12",
  claim:
    "A network that regresses costs online, its output slightly perturbed at random, and inverse gap weighting make a bandit (NeuSquareCB, and with the logarithmic loss NeuFastCB) that regrets less than NeuralUCB, NeuralTS and epsilon-greedy; NeuFastCB least.",
  rule: "Digits (10 seeds) and pooled MNIST (5 seeds) as bandits; cumulative regret at the end, means over seeds; equal seeds share rows, their order and the network's start. Every arm is tuned on two other seeds until no neighbour of its choice is untried. (i) NeuFastCB regrets at most what NeuSquareCB does, and NeuSquareCB less than the better epsilon-greedy. (ii) NeuFastCB minus the best of the paper's own rivals in the mean (epsilon-greedy with either loss, NeuralUCB and NeuralTS that predict rewards, as in their code) is below -2 standard errors of the paired difference. Reproduced: both, on all data sets. Partly reproduced: (ii) on all, or (i) and (ii) on one of them. Not reproduced: otherwise. The same with our variants of NeuralUCB and NeuralTS, which predict costs, among the rivals is told beside it and not counted. With --full: networks of two hidden layers, three passes over the digits, 6000 images of MNIST, and 10,000 letters of 26 classes counted as well. Whether the perturbation matters, how the regret of the regression grows, and what smaller costs change is reported and not counted.",
  ruleLog: ruleLog as PaperCard["ruleLog"],
  pieces: [
    "neuSquareCb",
    "neuFastCb",
    "neuralEpsilonGreedy",
    "neuralUcb",
    "neuralTs",
    "linUcb",
    "restoreBandit",
    "onlineRegressor",
    "classificationToBandit",
    "simulateBandit",
  ],
  data: ["digits", "mnist-train", "breast_cancer_wdbc", "wine", "fashion-train", "letter"],
};

export const listing: Listing = {
  topic: "online decisions",
  added: "2026-11-26",
  held: "On digits the neural bandit NeuFastCB makes 395 wrong decisions, the best of the paper's rivals, epsilon-greedy, 509 (difference 114 ± 19).",
  notHeld:
    "NeuSquareCB makes 544 wrong decisions on digits, more than epsilon-greedy, and NeuralUCB in our variant, which predicts costs, only 333. On MNIST NeuFastCB leads NeuralUCB by 292 ± 224, which is not significant.",
  measured: {
    verdict: "not reproduced",
    seconds: 151,
    use: "Contextual bandits with a neural network. LinUCB was best, or level with the best, on both image tasks, at a fraction of the cost.",
    practice:
      "First try LinUCB with one regression per arm. On the image tasks, no method that learns features was better at this length, and LinUCB costs a fraction. Of the paper's neural methods, NeuFastCB had the least regret there.",
  },
};
