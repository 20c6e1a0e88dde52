import type { Listing } from "../listing.ts";
import type { PaperCard } from "../reproduction.ts";
import ruleLog from "./rule-log.json" with { type: "json" };

export const card: PaperCard = {
  slug: "pi-hc-moe",
  title: "Scaling Physics-Informed Hard Constraints with Mixture-of-Experts",
  authors: 3,
  arxiv: "2402.13412",
  date: "2024-02",
  claim:
    "A network that proposes basis functions, of which a differentiable least-squares solve finds the combination that fulfils an equation, learns solutions without data better than one whose loss has the equation as a penalty; and with a solve for each block of the domain (a mixture of experts by place) better and faster than with a single one.",
  rule: "Diffusion and sorption with compatible data on 32 x 48 points, no solutions in training; error is the relative L2 distance to a numerical solution on 8 instances that no training sees, mean over them and at least 3 seeds. All arms have the same hidden layers and about the same time of training (steps were set by the time of a step on other seeds, and seconds are told). (i) The two ways to differentiate through an inner solve agree within 1e-9 of the largest entry, and both with central differences of the whole solve within 1e-5. (ii) The hard constraint (one expert, 16 basis functions) has an error below the soft constraint's, by more than the larger standard deviation of the two over instances and seeds. (iii) The mixture of four experts, as in the paper, has an error below that of the single hard constraint, by more than one standard error of the paired difference over seeds. Reproduced: (i), (ii) and (iii). Partly reproduced: (i) and (ii). Not reproduced: otherwise. Shown and not counted: the residual of the numerical solution itself, two experts, and the time of a solve by number of experts, which on one thread can't show the paper's speed-up by parallel hardware.",
  ruleLog: ruleLog as PaperCard["ruleLog"],
  pieces: [
    "leastSquaresSolver",
    "implicitValue",
    "implicitAdjointLoss",
    "linearCombinationLayer",
    "diffusionSorption",
    "softConstraintLoss",
    "solveDiffusionSorption",
  ],
  data: [],
};

export const listing: Listing = {
  topic: "equations",
  added: "2026-11-27",
  held: "A network trained on the equation alone solves diffusion-sorption with 2.1 % error if a least-squares layer enforces the equation (hard constraint), and 4.5 % if the loss only penalizes deviations. Training with the penalty took no less time.",
  notHeld:
    "A mixture of four experts, each with a block of the domain, is worse than a single solve: its relative error is 4.3 %, that of the single one 2.1 %.",
  measured: {
    verdict: "partly reproduced",
    seconds: 92,
    use: "Solving an equation without data by building it into the network: less error for the same training. Splitting the domain among experts made it worse.",
    practice:
      "If training has to be short, use the hard constraint with one solve, not split among experts. With long training, a soft constraint comes as close to the solution.",
  },
};
