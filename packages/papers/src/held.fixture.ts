/** Values of columns of a row of a paper's measured.json. */
export type Row = Readonly<Record<string, string | number | null>>;

/**
 * The measured rows that the sentences of a card quote, by slug: as many values as one row alone has. What decided a verdict is in
 * the verdict's own text; a paper that quotes that alone has no rows here.
 */
export const quotedRows: Readonly<Record<string, readonly Row[]>> = {
  "z-loss": [
    { setting: "200000 classes", arm: "factored Z-loss" },
    { setting: "200000 classes", arm: "dense log-softmax" },
    { setting: "200000 classes", arm: "hierarchical softmax" },
  ],
  elasticface: [{ material: "omniglot", loss: "ArcFace" }],
  dcdm: [
    { family: "plume", solver: "DCDM, k = 2" },
    { family: "plume", solver: "CG" },
    { family: "plume", solver: "CG, IC(0)" },
    { family: "plume", solver: "CG, multigrid" },
    { "cells along a side": 32, solver: "DCDM, k = 2" },
  ],
  "adversarial-mdp": [
    { "linear bandit": "Luo et al. 2021" },
    { "linear bandit": "log barrier" },
    { "linear bandit": "magnitude-reduced" },
    { "linear MDP": "Luo et al. 2021" },
    { "linear MDP": "log barrier" },
    { "linear MDP": "magnitude-reduced" },
  ],
  "optimistic-omd": [
    { study: "4 switches", arm: "OOMD", steps: "theory" },
    { study: "4 switches", arm: "OGD", steps: "theory" },
    { study: "4 switches", arm: "OOMD", steps: "1 x" },
    { study: "4 switches", arm: "OGD", steps: "8 x" },
  ],
  "comp-sum": [{ part: "adversarial", arm: "TRADES, beta 6" }],
  featenhancer: [
    { measure: "mIoU adapted", "front end": "FeatEnHancer" },
    { measure: "mIoU adapted", "front end": "gamma 0.4" },
    { measure: "mIoU adapted", "front end": "histogram equalisation" },
    { measure: "mIoU adapted", "front end": "none" },
    { measure: "mIoU adapted", "front end": "plain stack, as many parameters" },
    { measure: "mIoU from scratch", "front end": "FeatEnHancer" },
    { measure: "mIoU from scratch", "front end": "plain stack, as many parameters" },
  ],
  "eq-net": [
    { arm: "GPG + WDR", form: "tensor, weights sym, activations asym" },
    { arm: "PTQ", form: "tensor, weights sym, activations asym" },
  ],
  "ood-unlabeled": [
    { simulation: "RSS, robust labelled part", labelled: 10, unlabelled: 1000, shift: 0 },
    { simulation: "Robust, labelled alone (DRL)", labelled: 10 },
    { "all cells": "Plain training" },
    { "all cells": "RSS, plain labelled part" },
    { "all cells": "Virtual adversarial training" },
  ],
  "uf-fgtg": [
    { arm: "coarse prompt", refiner: null },
    { arm: "bigram continuation", refiner: null },
    { arm: "words alone", refiner: "trained here" },
    { arm: "words and picture", refiner: "trained here" },
  ],
  rdpo: [
    { bandit: "rDPO", epsilon: 0.4, pairs: 32000 },
    { bandit: "DPO", epsilon: 0.4, pairs: 32000 },
    { loss: "DPO, beta 0.02", epsilon: 0.4 },
  ],
  "cs-ib": [
    { cell: "Boston housing", arm: "CS-IB" },
    { cell: "Boston housing", arm: "squared error" },
    { cell: "Boston housing, outliers", arm: "CS-IB" },
    { cell: "Boston housing, outliers", arm: "squared error" },
    { cell: "diabetes, outliers", arm: "CS-IB" },
    { cell: "diabetes, outliers", arm: "squared error" },
    { cell: "diabetes", arm: "CS-IB" },
    { cell: "diabetes", arm: "NIB" },
  ],
  anyloss: [
    { dataset: "AnyLoss better/no different/worse", score: "G-mean" },
    { dataset: "AnyLoss better/no different/worse", score: "F2" },
  ],
  rpo: [
    { bandit: "partial coverage", policy: "RPO, eta 0.005", pairs: 300 },
    { "labels by": "half of the lexicon", "words of": "RPO, eta 0.1" },
    { "labels by": "half of the lexicon", "words of": "DPO" },
  ],
  ensloss: [
    { cell: "sonar, 3 hidden layers", loss: "EnsLoss" },
    { cell: "sonar, 3 hidden layers", loss: "exponential" },
  ],
  dhkd: [{ arm: "CE + BinaryKL-Norm, one head" }],
  "deep-unfolding": [
    { "test conditions": "probability 0.2", method: "unsupervised" },
    { "test conditions": "probability 0.2", method: "supervised" },
  ],
  "dale-langevin": [{ digits: "additive diffusion" }],
};

/** Numbers of the sentences that are settings or the papers' own, by slug, each with where it comes from. */
export const settings: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  rarts: { "60": "the paper's claim of the time saved", "64": "cells of the enumerated space" },
  ldr: {
    "5e-3": "the authors' weight decay, by which the first run of the log was made",
    "1.2": "LDR-KL's average rank in the first run of the log",
    "2.2": "ALDR-KL's average rank in the first run of the log",
  },
  saf: { "1.1": "part (C) of the rule: at most ten percent above SGD's time" },
  "adversarial-mdp": {
    "19200": "rounds, which the name of the column has",
    "2400": "episodes, which the name of the column has",
  },
  "comp-sum": {
    "0.5": "the adversarial part of the rule: robust accuracy at least that of TRADES minus 0.5 points",
  },
  aggregate: { "95": "level of the interval" },
  ensloss: { "95": "level of the interval" },
  "cs-ib": { "0.3": "strength of the attack, which the name of the column has" },
};
