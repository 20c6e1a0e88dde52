import type { Listing } from "../listing.ts";
import type { PaperCard } from "../reproduction.ts";
import ruleLog from "./rule-log.json" with { type: "json" };

export const card: PaperCard = {
  slug: "dhkd",
  title: "Dual-Head Knowledge Distillation: Enhancing Logits Utilization with an Auxiliary Head",
  authors: 5,
  arxiv: "2411.08937",
  date: "2024-11",
  claim:
    "Matching a teacher's logits with the classifier that is also trained by cross-entropy makes the two losses contradict each other in that classifier; giving the logit loss a second head, for training only, keeps its gain for the features without the conflict.",
  rule: "Letters, a large teacher and a small student; with --full 121 characters of Omniglot, a convolutional teacher, and a student with more units than classes that trains until it fits all its rows. Equal seeds share rows, teacher, start and batches; learning rate and alpha of every arm are looked for in the same way on other seeds. The DHKD judged is the one of its three variants that tuning liked best. (i) Late in training the mean cosine between the gradients of cross-entropy and logit loss on all training rows is lower on the shared head than on the backbone, for cross-entropy with BinaryKL-Norm on one head; and where a fitted student goes on with the logits of its teacher divided by 4, the head's cosine is negative. (ii) DHKD tests better than cross-entropy in the mean of the paired differences. (iii) DHKD tests at least as well as cross-entropy with BinaryKL, and with BinaryKL-Norm, on one head, in the means. Reproduced: all three. Partly reproduced: (ii) and (iii). Not reproduced: otherwise, whatever the cosines say.",
  ruleLog: ruleLog as PaperCard["ruleLog"],
  pieces: [
    "kdLoss",
    "dkdLoss",
    "binaryKl",
    "binaryKlNorm",
    "auxiliaryHead",
    "distill",
    "gradientConflict",
    "neuralCollapse",
  ],
  data: ["letter", "omniglot"],
};

export const listing: Listing = {
  topic: "small models",
  added: "2026-11-25",
  held: "Cross-entropy and the logit loss contradict each other in a shared head: the cosine of their gradients is -0.32. Distillation with a second head for the logits (DHKD) gains 1.19 points of test accuracy over cross-entropy.",
  notHeld:
    "A second head is not what helps: one head with a normalised logit loss gains 1.45 points over cross-entropy, 0.26 points more than DHKD.",
  measured: {
    verdict: "not reproduced",
    seconds: 60,
    use: "A second head for distilling a large model into a small one. Matching the teacher helps, but one head does it better here.",
    practice:
      "Distil on one head, by plain or decoupled distillation. A second head removes the conflict between the two losses, but gains no more than these do.",
  },
};
