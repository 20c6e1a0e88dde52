import {
  entropyMinimization,
  robustSelfTraining,
  selfTraining,
  virtualAdversarial,
} from "@minimand/lab/self-training";
import { classTasks, type OwnStepCandidate } from "./candidate.ts";
import { tuning } from "./tuning.ts";

const family = { kind: "step", minimises: "own", tasks: classTasks, needs: ["unlabeled"] } as const;

/** Epochs before self-training labels the unlabelled rows. */
export const warmupEpochs = 10;

const lambda = ">= 0, weight of the unlabelled part";

/** Methods that learn from unlabelled rows as well; they run where there is a file of them (`--unlabeled`). */
export const unlabeledCandidates: readonly OwnStepCandidate[] = [
  {
    ...family,
    id: "rss",
    label: "Robust self-supervised training",
    paper: "ood-unlabeled",
    formula:
      "-log p_y(x) + lambda max_z [-log p_h(z) - gammaPrime |z - u|^2 / 2], h the model's own label of u",
    ...tuning({
      lambda: [lambda, 1, 0.3, 0.3],
      gammaPrime: ["> 0, price of moving an unlabelled row", 1, 3, 0.3],
    }),
    step: (_, model, parts) => robustSelfTraining({ model, ...parts }),
  },
  {
    ...family,
    id: "rss-robust",
    label: "Robust self-supervised training, both parts robust",
    paper: "ood-unlabeled",
    formula: "as rss with max_z [-log p_y(z) - gamma |z - x|^2 / 2] for the labelled rows",
    ...tuning({
      lambda: [lambda, 1, 0.3, 0.3],
      gammaPrime: ["> 0", 1, 3, 0.3],
      gamma: ["> 0, price of moving a labelled row", 1, 3, 1],
    }),
    step: (_, model, parts) => robustSelfTraining({ model, robustLabeled: true, ...parts }),
  },
  {
    ...family,
    id: "pseudo-label",
    label: "Self-training with a frozen teacher",
    reference: "Lee 2013, Pseudo-Label",
    formula: "-log p_y(x) + lambda (-log p_t(u)), t the label by the model of the tenth epoch",
    ...tuning({ lambda: [lambda, 1, 0.3, 3] }),
    hyper: ({ perEpoch }) => ({ warmup: warmupEpochs * perEpoch }),
    step: (_, model, parts) => selfTraining({ model, ...parts }),
  },
  {
    ...family,
    id: "entropy-minimization",
    label: "Entropy minimisation",
    reference: "Grandvalet, Bengio 2004",
    formula: "-log p_y(x) + lambda (-sum_k p_k(u) log p_k(u))",
    ...tuning({ lambda: [lambda, 0.3, 1, 0.1] }),
    step: (_, model, parts) => entropyMinimization({ model, ...parts }),
  },
  {
    ...family,
    id: "vat",
    label: "Virtual adversarial training",
    reference: "Miyato et al. 2017, arXiv 1704.03976",
    formula: "-log p_y(x) + lambda KL(p(u) || p(u + r)), r of length epsilon where the divergence grows most",
    ...tuning({ lambda: [lambda, 1, 0.3, 1], epsilon: ["> 0, length of the step", 1, 3, 0.3] }),
    step: (_, model, parts) => virtualAdversarial({ model, ...parts }),
  },
];
