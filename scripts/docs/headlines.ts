/** One figure of what a paper's reproduction measured, for tables of all papers: cells of measured rows in a text. */
export type Headline = {
  /** The row that the cells come from: the first with these values. */
  row: { [column: string]: string | number };
  /** As in `template.ts`. */
  text: string;
}[];

/** By the slug of the paper. */
export const headlines: { [slug: string]: Headline } = {
  "z-loss": [
    {
      row: { setting: "200000 classes", arm: "factored Z-loss" },
      text: "{ms a step} ms a step with 200,000 classes",
    },
    { row: { setting: "200000 classes", arm: "dense log-softmax" }, text: "log-softmax {ms a step@0} ms" },
  ],
  rarts: [
    {
      row: { "cost of a step": "RARTS, Jacobi" },
      text: "a step takes {share of second order@%0} % of one of second-order DARTS",
    },
    { row: { "cell search": "RARTS, Jacobi" }, text: "regret of its cells {regret, points@1} points" },
    {
      row: { "cell search": "RARTS, Gauss-Seidel" },
      text: "by Gauss-Seidel {regret, points@1}",
    },
    {
      row: { "cell search": "DARTS, second order, finite differences" },
      text: "DARTS {regret, points@1}",
    },
  ],
  normface: [
    {
      row: {
        material: "letter",
        method: "normalised softmax",
        "old and new together": "new directions added",
      },
      text: "old and new letters together {harmonic mean@%0} %",
    },
    {
      row: { material: "letter", method: "softmax", "old and new together": "new directions added" },
      text: "plain softmax {harmonic mean@%0} %",
    },
  ],
  elasticface: [
    {
      row: { material: "omniglot", loss: "ElasticFace-Arc" },
      text: "unseen characters, TAR at FAR 1e-2: ElasticFace-Arc {TAR at FAR 1e-2@%1} %",
    },
    { row: { material: "omniglot", loss: "ArcFace" }, text: "ArcFace {TAR at FAR 1e-2@%1} %" },
    { row: { material: "omniglot", loss: "softmax" }, text: "plain softmax {TAR at FAR 1e-2@%1} %" },
  ],
  ldr: [
    { row: { loss: "LDR-KL" }, text: "LDR-KL's average rank {average rank}" },
    { row: { loss: "Symmetric cross-entropy" }, text: "symmetric cross-entropy's {average rank}" },
  ],
  dcdm: [
    {
      row: { family: "plume", solver: "DCDM, k = 2" },
      text: "plumes in {to 1e-4@1} iterations and {ms to 1e-4} ms",
    },
    { row: { family: "plume", solver: "CG" }, text: "CG {to 1e-4@1} and {ms to 1e-4} ms" },
    { row: { family: "plume", solver: "CG, multigrid" }, text: "multigrid {to 1e-4@1} and {ms to 1e-4} ms" },
  ],
  saf: [
    {
      row: { cell: "digits, 30 % noise", arm: "SAF" },
      text: "SAF {minus SGD@+%1} points to tuned SGD on noisy digits",
    },
    { row: { cell: "Fashion, 30 % noise", arm: "SAF" }, text: "{minus SGD@+%1} on noisy Fashion" },
  ],
  rdpo: [
    { row: { loss: "rDPO", epsilon: 0.4 }, text: "with 40 % of labels swapped: reward {reward@2}" },
    { row: { loss: "DPO", epsilon: 0.4 }, text: "DPO {reward@2}" },
    { row: { loss: "DPO, beta 0.02", epsilon: 0.4 }, text: "DPO with a fifth of beta {reward@2}" },
  ],
  "cs-ib": [
    {
      row: { cell: "Boston housing, outliers", arm: "CS-IB" },
      text: "with outliers, Boston housing: CS-IB {clean@2}",
    },
    { row: { cell: "Boston housing, outliers", arm: "squared error" }, text: "squared error {clean@2}" },
    { row: { cell: "Boston housing, outliers", arm: "Welsch" }, text: "Welsch {clean@2}" },
  ],
  "adversarial-mdp": [
    {
      row: { "linear bandit": "log barrier" },
      text: "log barrier's regret over the predecessor's {regret / Luo's} on a bandit",
    },
    { row: { "linear MDP": "log barrier" }, text: "{regret / Luo's} on an MDP" },
  ],
  "optimistic-omd": [
    {
      row: { study: "4 switches", arm: "OOMD", steps: "theory" },
      text: "dynamic regret under drift {dynamic regret@0}",
    },
    { row: { study: "4 switches", arm: "OGD", steps: "theory" }, text: "OGD {dynamic regret@0}" },
  ],
  "comp-sum": [
    {
      row: { arm: "Adv-Comp-Sum, nu 0.3" },
      text: "Adv-Comp-Sum {accuracy %} % clean and {robust %} % robust accuracy",
    },
    { row: { arm: "TRADES, beta 24" }, text: "TRADES {accuracy %} % and {robust %} %" },
    { row: { arm: "TRADES, beta 6" }, text: "at beta 6 {accuracy %} % and {robust %} %" },
  ],
  "ood-unlabeled": [
    {
      row: { simulation: "RSS, robust labelled part", labelled: 10, unlabelled: 1000, shift: 0 },
      text: "RSS {gain@+%1} points on the paper's mixture",
    },
    { row: { "all cells": "RSS, plain labelled part" }, text: "{over plain training@+%1} on real domains" },
  ],
  lion: [
    {
      row: { optimizer: "Lion" },
      text: "Lion {test accuracy@%1} % with {bytes of state a parameter} bytes of state a parameter",
    },
    { row: { optimizer: "AdamW" }, text: "AdamW {test accuracy@%1} % with {bytes of state a parameter}" },
  ],
  neucb: [
    { row: { task: "digits", bandit: "NeuFastCB" }, text: "NeuFastCB's regret on digits {regret@0}" },
    { row: { task: "digits", bandit: "epsilon-greedy, square loss" }, text: "epsilon-greedy's {regret@0}" },
    {
      row: { task: "digits", bandit: "NeuralUCB, costs" },
      text: "of NeuralUCB by costs, our variant, {regret@0}",
    },
  ],
  aggregate: [
    {
      row: { "tuned mixture against the better end": "all" },
      text: "tuned mixture against the better end: error {error, %@+1} % ({95 % from@+1} to {95 % to@+1})",
    },
  ],
  anyloss: [
    {
      row: { dataset: "AnyLoss better/no different/worse", score: "G-mean" },
      text: "G-mean, better/no different/worse: {BCE} against BCE, {tuned BCE} against a tuned one",
    },
  ],
  rpo: [
    {
      row: { bandit: "partial coverage", pairs: 300, policy: "RPO, eta 0.02" },
      text: "a bandit covered in part: value {value@2}",
    },
    { row: { bandit: "partial coverage", pairs: 300, policy: "DPO" }, text: "DPO {value@2}" },
    {
      row: { "labels by": "half of the lexicon", "words of": "RPO, eta 0.1" },
      text: "words by half a lexicon: true reward {reward@2}",
    },
    { row: { "labels by": "half of the lexicon", "words of": "DPO" }, text: "DPO {reward@2}" },
  ],
  ensloss: [
    {
      row: { "EnsLoss against": "logistic" },
      text: "against logistic: better in {better} cells, no different in {no difference}, worse in {worse}",
    },
  ],
  dhkd: [
    {
      row: { arm: "DHKD, nonlinear head, gradient alignment" },
      text: "DHKD {minus cross-entropy@+%1} points over cross-entropy",
    },
    {
      row: { arm: "CE + BinaryKL-Norm, one head" },
      text: "one head with the same losses {minus cross-entropy@+%1}",
    },
  ],
  "deep-unfolding": [
    {
      row: { problem: "l1, lambda 0.2, 12 layers", method: "unsupervised" },
      text: "12 trained iterations end {objective above converged@%2} % above ISTA's minimum",
    },
    {
      row: { problem: "l1, lambda 0.2, 12 layers", method: "FISTA" },
      text: "12 of FISTA {objective above converged@%2} %",
    },
  ],
  "dale-langevin": [
    {
      row: { digits: "Dale-Langevin" },
      text: "digits by noise that multiplies: distance {Frechet distance@0} to real ones",
    },
    { row: { digits: "independent pixels" }, text: "independent pixels {Frechet distance@0}" },
  ],
  "pi-hc-moe": [
    {
      row: { arm: "hard constraint, 16 functions" },
      text: "solutions without data: one inner solve {relative error@%1} % off",
    },
    {
      row: { arm: "4 experts, 16 functions, 100 points each" },
      text: "four {relative error@%1} %",
    },
    { row: { arm: "soft constraint" }, text: "a penalty {relative error@%1} %" },
  ],
  "eq-net": [
    {
      row: { arm: "GPG + WDR", form: "tensor, weights sym, activations asym" },
      text: "one network for all widths: {2 bits@%1} % at 2 bits, {8 bits@%1} % at 8",
    },
    {
      row: { arm: "PTQ", form: "tensor, weights sym, activations asym" },
      text: "quantised after training {2 bits@%1} % and {8 bits@%1} %",
    },
  ],
  featenhancer: [
    {
      row: { measure: "mIoU from scratch", "front end": "FeatEnHancer" },
      text: "segmenting in the dark: mean IoU {%@1} %",
    },
    {
      row: { measure: "mIoU from scratch", "front end": "plain stack, as many parameters" },
      text: "a plain stack {%@1} %",
    },
    { row: { measure: "mIoU from scratch", "front end": "none" }, text: "nothing before it {%@1} %" },
  ],
  "uf-fgtg": [
    {
      row: { arm: "words and picture" },
      text: "aesthetic score of rewritten prompts {aesthetic score@2}",
    },
    { row: { arm: "coarse prompt" }, text: "of the prompts themselves {aesthetic score@2}" },
    { row: { arm: "words alone" }, text: "learned from words alone {aesthetic score@2}" },
  ],
};
