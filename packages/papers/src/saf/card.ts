import type { Listing } from "../listing.ts";
import type { PaperCard } from "../reproduction.ts";
import ruleLog from "./rule-log.json" with { type: "json" };

export const card: PaperCard = {
  slug: "saf",
  title: "Sharpness-Aware Training for Free",
  authors: 5,
  arxiv: "2205.14083",
  date: "2022-05",
  claim:
    "Holding a network's outputs to what they were some epochs ago (SAF), or to those of its averaged weights (MESA), finds flatter minima that generalise better than plain training does, as sharpness-aware minimisation (SAM) does, at the price of plain training where SAM costs twice as much.",
  rule: "Digits (600 training rows) and Fashion-MNIST (2000), labels clean or 30 % drawn anew; every arm's learning rate, weight decay and own parameter looked for in the same way on other seeds; equal seeds share rows, noise, start and batches. With --full a small convolutional net with batch normalisation on Fashion-MNIST is trained and timed in the place of all. (A) With noisy labels SAF tests better than SGD on both data sets, with a paired t above 2 over the seeds, and with clean labels it is at most half a point worse on both, in the means. (B) With noisy labels the largest eigenvalue of the Hessian of the training loss is smaller for SAF than for SGD at the end, in the means, on both data sets. (C) Timed alone, before the rest of a run, an update of an MLP 784-256-256-10 on 128 rows takes at most 1.10 times as long with SAF as with SGD, at most 1.5 times with MESA, and at least 1.7 times with SAM (medians over nine starts, each with programs made anew, of medians of ratios over rounds in which all arms take turns in random order). Reproduced: A, B and C. Partly reproduced: A, and B or C. Not reproduced: otherwise.",
  ruleLog: ruleLog as PaperCard["ruleLog"],
  pieces: ["saf", "mesa", "sam", "asam", "gsam", "esam", "lookSam", "outputHistory", "sharpness"],
  data: ["digits", "fashion-train", "fashion-test"],
};

export const listing: Listing = {
  topic: "training",
  added: "2026-11-25",
  held: "With 30 % wrong labels and tuned weight decay, SAF's test accuracy is 1.0 points above that of SGD on digits and 0.7 points on Fashion. Its minima are flatter: the Hessian's largest eigenvalue is 1.17 instead of 1.31, and 6.69 instead of 11.37.",
  notHeld:
    "SAF is not free on this small network: an update takes 1.12 times as long as one of SGD, where the rule allows 1.1 times. Sharpness-aware minimisation (SAM), its rival, takes 1.88 times.",
  measured: {
    verdict: "partly reproduced",
    seconds: 170,
    use: "Sharpness-aware training by one more term in the loss, for at most an eighth more time per step. Against noisy labels it gained up to a point, and a larger weight decay gained more.",
    practice:
      "First tune the weight decay, whatever you train with. With noisy labels, SAF then adds half a point to a point and takes at most an eighth more time per step. SAM adds up to two points and takes about twice the time.",
  },
};
