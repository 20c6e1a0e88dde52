import type { Listing } from "../listing.ts";
import type { PaperCard } from "../reproduction.ts";
import ruleLog from "./rule-log.json" with { type: "json" };

export const card: PaperCard = {
  slug: "lion",
  title: "Lion Secretly Solves Constrained Optimization: As Lyapunov Predicts",
  authors: 4,
  arxiv: "2310.05898",
  date: "2023-10",
  claim:
    "Lion with decoupled weight decay lambda minimises the loss subject to |x_i| <= 1 / lambda, and with the gradient of any convex K in place of the sign it minimises f(x) + K*(lambda x) / lambda. It first falls into the constraint set exponentially, then a Lyapunov function decreases.",
  rule: "(i) Quadratics in six dimensions, every kappa of the table. From far outside, the distance to the constraint set shrinks at every step at least by the factor 1 - e lambda (to 1e-6, for rounding), and the objective ends within 1e-3 (1 + |F*|) of the minimum F* that a proximal gradient method finds, which shares no code with the optimizer; for Lion also every coordinate within 1e-3 / lambda. From inside, at a constant learning rate, H changes at every step by no more than the discrete theorem allows (+ 1e-9), and along the differential equation, for smooth kappas, never rises (by more than 1e-9). (ii) Networks on the digits: at the end of every run of Lion with weight decay, max(0, lambda max|x| - 1) is at most that of the start times the product of all 1 - e lambda, + 1e-5 for rounding; and at most 1e-5 in the runs that start eight times too large. (iii) Lion tests at least as well as AdamW less one point, in the mean over seeds, both tuned alike, with half the bytes of state. With --full a small residual network with batch normalisation on Fashion-MNIST takes the place of the networks on the digits, with the numbers that were chosen there. Reproduced: all three. Partly reproduced: (i) and (ii). Not reproduced: otherwise.",
  ruleLog: ruleLog as PaperCard["ruleLog"],
  pieces: [
    "kappa",
    "lionK",
    "lion",
    "signSgd",
    "signum",
    "constraintViolation",
    "decayPenalty",
    "discreteLyapunov",
    "lionMonitor",
    "lionOde",
    "optimizerMemory",
    "sgdw",
  ],
  data: ["digits", "fashion-train", "fashion-test"],
};

export const listing: Listing = {
  topic: "training",
  added: "2026-11-25",
  held: "Weight decay confines Lion's weights to a box of known size: with each of 25 variants of its update the loss ends at most 1e-6 above the constrained minimum. Lion stores 4 bytes of state per parameter, AdamW 8.",
  notHeld:
    "Lion is less accurate than AdamW: it reaches 96.4 % test accuracy on digits, AdamW 97.5 %, and the rule allows for one point.",
  measured: {
    verdict: "partly reproduced",
    seconds: 77,
    use: "What weight decay does in Lion: it confines every weight to a box of known size, with half of AdamW's optimizer state.",
    practice:
      "Choose Lion over AdamW if memory matters: its optimizer state is half as large. Try momentum SGD first, which stores as little and was more accurate here.",
  },
};
