import type { Row } from "@minimand/papers";
import { behindPlusMinus, curvesOf, intervalsOf, type PaperFigure, spread } from "./figure.ts";

type Where = { [column: string]: Row[string] | readonly Row[string][] };

/** Rows with these values, or one of these. */
const where = (rows: readonly Row[], wanted: Where): Row[] =>
  rows.filter((row) =>
    Object.entries(wanted).every(
      ([column, values]) => column in row && [values].flat().includes(row[column]),
    ),
  );

const having = (rows: readonly Row[], ...columns: string[]): Row[] =>
  rows.filter((row) => columns.every((column) => column in row && row[column] !== null));

/** The figures that decide, by the slug of the paper: of its measured rows. */
export const figures: { [slug: string]: (rows: readonly Row[]) => PaperFigure[] } = {
  "z-loss": (rows) => [
    curvesOf(where(rows, { part: "speed" }), {
      caption: "What a training step takes as the classes become more: the factored Z-loss doesn't notice.",
      ...{ xLabel: "classes", yLabel: "ms a step", name: "arm", y: "ms a step" },
      x: ({ setting }) => Number.parseFloat(String(setting)),
      ...{ xScale: "log", yScale: "log" },
    }),
  ],
  rarts: (rows) => [
    intervalsOf(having(rows, "mean rank"), {
      caption: "Where the chosen cell ranks among all 64, by what chose it: 1 is the best.",
      ...{ xLabel: "mean rank", name: "cell search", value: "mean rank", error: "s.e. of ranks" },
    }),
    intervalsOf(having(rows, "cell search"), {
      caption: "How far the chosen cell is from the best of 64, by what chose it.",
      ...{
        xLabel: "regret, points of accuracy",
        name: "cell search",
        value: "regret, points",
        error: "s.e.",
      },
    }),
  ],
  normface: (rows) => [
    intervalsOf(where(rows, { "old and new together": "new directions added" }), {
      caption: "Old and new classes told apart together, the new ones added without training.",
      ...{ xLabel: "harmonic mean of both accuracies, %", group: "material", name: "method" },
      ...{ value: "harmonic mean", error: "s.e.", times: 100 },
    }),
  ],
  elasticface: (rows) => [
    intervalsOf(where(rows, { material: "omniglot", FAR: 0.01 }), {
      caption: "What a drawn margin gains over the fixed one on characters that were not trained on.",
      ...{ xLabel: "difference in true accept rate, points", group: "fixed", name: "elastic" },
      ...{ value: "difference of TAR", error: ["95 % from", "95 % to"], times: 100 },
      ends: "with 95 % intervals",
      reference: { value: 0, label: "no difference" },
    }),
    intervalsOf(where(having(rows, "TAR at FAR 1e-2"), { material: "omniglot" }), {
      caption: "The losses themselves, plain softmax among them.",
      ...{ xLabel: "true accept rate at a false accept rate of 1 %, %", name: "loss" },
      ...{ value: "TAR at FAR 1e-2", error: "s.e.", times: 100 },
    }),
  ],
  ldr: (rows) => [
    intervalsOf(having(rows, "average rank"), {
      caption: "Average rank over kinds and rates of label noise, first is best.",
      ...{ xLabel: "average rank", name: "loss", value: "average rank" },
      error: ["95 % from", "95 % to"],
      ends: "with the middle 95 % of what resampled seeds give",
    }),
  ],
  dcdm: (rows) => {
    const sizes = { caption: "", xLabel: "cells along a side", name: "solver", x: "cells along a side" };
    const grids = having(rows, "cells along a side");
    return [
      curvesOf(grids, {
        ...sizes,
        caption: "Iterations to a relative residual of 1e-4 by the size of the grid.",
        ...{ yLabel: "iterations", y: "to 1e-4", xScale: "log", yScale: "log" },
      }),
      curvesOf(grids, {
        ...sizes,
        caption: "The same solves by the clock.",
        ...{ yLabel: "ms a solve", y: "ms to 1e-4", xScale: "log", yScale: "log" },
      }),
    ];
  },
  saf: (rows) => [
    intervalsOf(where(rows, { cell: ["digits, 30 % noise", "Fashion, 30 % noise"] }), {
      caption: "Test accuracy where 30 % of the labels are drawn anew.",
      ...{ xLabel: "test accuracy, %", group: "cell", name: "arm" },
      ...{ value: "test accuracy", error: "s.e.", times: 100 },
    }),
  ],
  "adversarial-mdp": (rows) => {
    const shown = [
      ...["Luo et al. 2021", "log barrier", "log barrier, gamma / 100", "magnitude-reduced"],
      ...["unprotected Hedge", "uniform policy"],
    ];
    return [
      { name: "linear bandit", caption: "Regret on a linear bandit whose losses alternate." },
      { name: "linear MDP", caption: "Regret on a linear MDP, half of whose losses switch." },
    ].map(({ name, caption }) =>
      curvesOf(spread(where(rows, { [name]: shown }), /^regret, K = (\d+)$/), {
        ...{ caption, xLabel: "episodes", yLabel: "regret", name, x: "at", y: "value" },
        ...{ xScale: "log", yScale: "log" },
      }),
    );
  },
  "optimistic-omd": (rows) => {
    const switching = where(rows, { study: ["4 switches", "64 switches"] });
    const cells = { xLabel: "dynamic regret", group: "study", name: "arm" };
    return [
      intervalsOf(where(switching, { steps: "theory" }), {
        caption: "Regret against a target that moves, with the steps that theory gives.",
        ...{ ...cells, value: "dynamic regret", error: "s.e. of that" },
      }),
      intervalsOf(
        where(switching, { arm: ["OOMD", "OGD", "ensemble"] }).filter(({ steps }) => steps !== "theory"),
        {
          caption: "The same with tuned steps, without OFTRL, which stays as far behind as it is.",
          ...{ ...cells, value: "dynamic regret", error: "s.e. of that" },
        },
      ),
      curvesOf(spread(where(rows, { "growth of regret": "exp-concave, noise 0.3, long" }), /^T = (\d+)$/), {
        caption: "Regret with exp-concave losses: a logarithm would be a line.",
        ...{ xLabel: "rounds", yLabel: "regret", name: "arm", x: "at", y: "value", xScale: "log" },
      }),
    ];
  },
  "comp-sum": (rows) => [
    intervalsOf(where(rows, { part: "family", setting: ["letter", "letter, 40% label noise"] }), {
      caption: "The family from the log-odds to the mean absolute error; cross-entropy is tau 1.",
      ...{ xLabel: "test accuracy, %", group: "setting", name: "arm" },
      ...{ value: "accuracy %", error: behindPlusMinus("accuracy %") },
    }),
    curvesOf(
      where(rows, { part: "adversarial" }).map((row) => ({ ...row, method: String(row.arm).split(",")[0] })),
      {
        caption:
          "Accuracy with and without an attack, a point for each strength: better is to the right and up.",
        ...{ xLabel: "clean accuracy, %", yLabel: "robust accuracy, %", name: "method" },
        ...{ x: "accuracy %", y: "robust %", error: behindPlusMinus("robust %") },
      },
    ),
  ],
  featenhancer: (rows) => [
    intervalsOf(where(rows, { measure: ["mIoU from scratch", "mIoU adapted"] }), {
      caption: "Segmenting dark pictures, by what stands before the network.",
      ...{ xLabel: "mean IoU, %", group: "measure", name: "front end", value: "%", error: "s.e." },
    }),
  ],
  "eq-net": (rows) => {
    const form = where(having(rows, "arm"), { form: "tensor, weights sym, activations asym" });
    const errors = spread(form, /^s\.e\. at (\d)$/);
    const points = spread(form, /^(\d) bits$/).map((row) => ({
      ...row,
      error: errors.find(({ arm, at }) => arm === row.arm && at === row.at)?.value ?? null,
    }));
    return [
      curvesOf(points, {
        caption: "Accuracy by bit-width: one network for all widths beside others.",
        ...{ xLabel: "bits", yLabel: "test accuracy", name: "arm", x: "at", y: "value", error: "error" },
      }),
    ];
  },
  "ood-unlabeled": (rows) => [
    intervalsOf(having(rows, "all cells"), {
      caption: "What unlabelled rows add on real domains, over all of them.",
      ...{ xLabel: "points over plain training", name: "all cells" },
      ...{ value: "over plain training", error: "+-", times: 100 },
      reference: { value: 0, label: "plain training" },
    }),
  ],
  lion: (rows) => [
    intervalsOf(having(rows, "optimizer"), {
      caption: "Test accuracy beside AdamW's on the same starts and batches.",
      ...{
        xLabel: "points over AdamW",
        name: "optimizer",
        value: "minus AdamW",
        error: "sd of the difference",
      },
      ...{ times: 100, ends: "with one standard deviation over seeds on either side" },
      reference: { value: 0, label: "AdamW" },
    }),
  ],
  neucb: (rows) => [
    intervalsOf(where(rows, { task: ["digits", "MNIST"] }), {
      caption: "Mistakes made while learning: less is better.",
      ...{ xLabel: "regret", group: "task", name: "bandit", value: "regret", error: "s.e." },
    }),
  ],
  aggregate: (rows) => [
    intervalsOf(having(rows, "tuned mixture against the better end"), {
      caption: "Error of the tuned mixture against the better of the two ends, with bags of at least 5.",
      ...{ xLabel: "difference of the error, %", name: "tuned mixture against the better end" },
      ...{ value: "error, %", error: ["95 % from", "95 % to"], ends: "with 95 % intervals" },
      reference: { value: 0, label: "no difference" },
    }),
    curvesOf(
      spread(where(rows, { "data set": "diabetes", model: "linear" }), /^error at rho ([\d.]+)$/).map(
        (row) => ({
          ...row,
          bags: `bags of ${row.k}`,
        }),
      ),
      {
        caption:
          "Error from the loss of bags (rho 0) to that of single rows (rho 1): diabetes, a linear model.",
        ...{ xLabel: "rho", yLabel: "error", name: "bags", x: "at", y: "value" },
      },
    ),
  ],
  "uf-fgtg": (rows) => [
    intervalsOf(having(rows, "full objective against"), {
      caption: "What words and picture together gain over each other way to write a prompt.",
      ...{ xLabel: "aesthetic score over the other's", name: "full objective against" },
      ...{
        value: "aesthetic score",
        error: "± s.e.",
        ends: "with the larger standard error, over prompts or seeds, on either side",
      },
      reference: { value: 0, label: "no difference" },
    }),
  ],
  "pi-hc-moe": (rows) => [
    intervalsOf(having(rows, "arm", "relative error"), {
      caption: "How far solutions are off that were learned without data.",
      ...{ xLabel: "relative error, %", name: "arm" },
      ...{ value: "relative error", error: "s.e. over seeds", times: 100 },
    }),
  ],
  rdpo: (rows) => [
    curvesOf(where(having(rows, "bandit"), { epsilon: 0.3 }), {
      caption: "Error of the parameters where 30 % of the pairs are swapped: one loss goes on falling.",
      ...{ xLabel: "pairs", yLabel: "error", name: "bandit", x: "pairs", y: "error", error: "s.e." },
      ...{ xScale: "log", yScale: "log" },
    }),
    intervalsOf(where(having(rows, "loss"), { epsilon: 0.4 }), {
      caption: "Text: reward of completions where 40 % of the pairs are swapped.",
      ...{ xLabel: "reward", name: "loss", value: "reward", error: "s.e." },
    }),
  ],
  "cs-ib": (rows) => [
    intervalsOf(where(rows, { cell: ["diabetes, outliers", "Boston housing, outliers"] }), {
      caption: "Error on clean rows after training with outliers.",
      ...{ xLabel: "root mean squared error", group: "cell", name: "arm", value: "clean", error: "s.e." },
    }),
  ],
  anyloss: (rows) => [
    intervalsOf(where(rows, { score: "G-mean", against: ["BCE", "tuned BCE"] }), {
      caption:
        "What AnyLoss gains in the score that it is aimed at, over plain cross-entropy and over one tuned for that score.",
      ...{ xLabel: "difference in G-mean, points", group: "problem", name: "against" },
      ...{ value: "AnyLoss minus it", error: ["95 % from", "95 % to"], times: 100 },
      ends: "with 95 % intervals, corrected for folds that overlap",
      reference: { value: 0, label: "no difference" },
    }),
  ],
  rpo: (rows) => [
    curvesOf(
      where(rows, {
        bandit: "partial coverage",
        policy: [
          "DPO",
          "RPO, eta 0.02",
          "RPO, eta 0.1",
          "RPO, eta 2",
          "DPO, seen actions alone",
          "chosen actions (baseline policy)",
        ],
      }),
      {
        caption: "True value on a bandit whose logs offer a part of the actions.",
        ...{ xLabel: "pairs", yLabel: "true value", name: "policy", x: "pairs", y: "value" },
        ...{ error: "standard error", xScale: "log" },
      },
    ),
    intervalsOf(where(having(rows, "words of"), { "labels by": "half of the lexicon" }), {
      caption: "Text: true reward where the labels know half of the lexicon.",
      ...{
        xLabel: "reward by the whole lexicon",
        name: "words of",
        value: "reward",
        error: "standard error",
      },
    }),
  ],
  ensloss: (rows) => [
    // Where a loss diverges the difference is one to an accuracy of 0, beside which nothing else would be seen.
    intervalsOf(where(having(rows, "cell", "EnsLoss minus it"), { diverged: 0 }), {
      caption: "What EnsLoss gains over each fixed loss, where that doesn't diverge.",
      ...{ xLabel: "points of test accuracy", group: "cell", name: "loss" },
      ...{ value: "EnsLoss minus it", error: ["95 % from", "95 % to"], times: 100 },
      ends: "with 95 % intervals, corrected for splits that overlap",
      reference: { value: 0, label: "no difference" },
    }),
  ],
  dhkd: (rows) => [
    intervalsOf(having(rows, "arm"), {
      caption: "What the student gains by a teacher, with one head and with two.",
      ...{ xLabel: "points over cross-entropy", name: "arm" },
      ...{ value: "minus cross-entropy", error: "sd of the difference", times: 100 },
      ends: "with one standard deviation over seeds on either side",
      reference: { value: 0, label: "cross-entropy" },
    }),
  ],
  "deep-unfolding": (rows) => [
    intervalsOf(where(rows, { problem: ["l1, lambda 0.2, 12 layers", "l1, lambda 0.1, 20 layers"] }), {
      caption: "The objective after as many iterations, over that of ISTA run to its end.",
      ...{ xLabel: "% above the minimum", group: "problem", name: "method" },
      ...{ value: "objective above converged", times: 100 },
    }),
  ],
  "dale-langevin": (rows) => [
    intervalsOf(
      having(rows, "digits").filter(({ digits }) => digits !== "uniform noise"),
      {
        caption: "How far generated digits are from real ones; uniform noise, far to the right, is left out.",
        ...{ xLabel: "Frechet distance", name: "digits", value: "Frechet distance", error: "s.e." },
      },
    ),
  ],
};
