import type { Outcome } from "./reproduction.ts";

/**
 * What to do with each paper, in the words of one sentence, and the verdict of the run that it was written from. A run with another
 * verdict asks for another sentence: a test compares. Numbers are left to what is generated.
 */
export const practices: Record<string, { verdict: Outcome["verdict"]; sentence: string }> = {
  "z-loss": {
    verdict: "reproduced",
    sentence:
      "With tens of thousands of classes, where only the top of a ranking counts, train the factored Z-loss with a and b tuned for your k; hierarchical and sampled softmax come close at several times its training time.",
  },
  rarts: {
    verdict: "partly reproduced",
    sentence:
      "Search with one network on all data first: in this small space of cells it found the best one on nearly every seed, where RARTS did no better than DARTS.",
  },
  normface: {
    verdict: "reproduced",
    sentence:
      "Where classes will be added later, train a normalised softmax and give each new class the mean direction of its examples, without training; but compare class means of raw pixels first, which beat every network on new kinds of clothes.",
  },
  elasticface: {
    verdict: "not reproduced",
    sentence:
      "On small data a drawn margin hardly differs from a fixed one, and no loss of directions is sure to beat plain softmax; try a triplet loss first, which told unseen characters and faces apart best, though letters worst of all that was trained.",
  },
  ldr: {
    verdict: "not reproduced",
    sentence:
      "Tune weight decay before you change the loss: once every loss has its own, plain cross-entropy ranks with LDR-KL and ALDR-KL, and symmetric or generalised cross-entropy above them.",
  },
  dcdm: {
    verdict: "partly reproduced",
    sentence:
      "Use multigrid for the pressure of a fluid on a grid: the network saves iterations of conjugate gradients and costs far more time than it saves.",
  },
  saf: {
    verdict: "partly reproduced",
    sentence:
      "Tune the weight decay first, for whatever you train with; with noisy labels SAF then adds half a point to a point for an eighth of a step's time or less, and SAM up to two points for about twice the time.",
  },
  "adversarial-mdp": {
    verdict: "partly reproduced",
    sentence:
      "Take magnitude-reduced estimates with a far smaller gamma than the theorem's: they had the least regret on the bandit, nearly the least in the decision process, and none of the tail that Hedge without protection has.",
  },
  "optimistic-omd": {
    verdict: "partly reproduced",
    sentence:
      "Take optimistic mirror descent where the target drifts and nobody can tune the step; whoever can tune it does as well or better with plain online gradient descent.",
  },
  "comp-sum": {
    verdict: "reproduced",
    sentence:
      "Keep cross-entropy on clean labels, and where many labels are wrong try a tau between it and the mean absolute error.",
  },
  featenhancer: {
    verdict: "partly reproduced",
    sentence:
      "Standardise each picture before you add an enhancer: in the dark FeatEnHancer was not resolved above that, nor above a plain stack of convolutions of its size.",
  },
  "eq-net": {
    verdict: "partly reproduced",
    sentence:
      "If you need several low bit widths, train one network for all of them with hard labels and a tuned learning rate; what the paper adds to that gained nothing overall.",
  },
  "ood-unlabeled": {
    verdict: "partly reproduced",
    sentence:
      "Tune training on the labelled rows alone first: the robust labels of the paper gained nothing on two classes and lost on ten, where tuning left unlabelled rows out of three rivals, and virtual adversarial training gained nothing that shows.",
  },
  lion: {
    verdict: "partly reproduced",
    sentence:
      "Read Lion's weight decay as a box of half-width one over lambda, which is reached only if the sum of learning rate times decay is large; take Lion for its halved state, not for accuracy.",
  },
  neucb: {
    verdict: "not reproduced",
    sentence:
      "Try LinUCB with a regression an arm first: on the image tasks nothing that learns features was better than it by this length, at a fraction of the cost; of the paper's neural ones NeuFastCB had the least regret there.",
  },
  aggregate: {
    verdict: "partly reproduced",
    sentence:
      "Where only means of bags are known, fit the bag-level loss with a tuned ridge, which did as well as the best mixture in all linear cells but one, where it was hardly behind, and let the closed forms tell the bag size beforehand.",
  },
  "uf-fgtg": {
    verdict: "reproduced",
    sentence:
      "Learn to rewrite prompts from pairs of prompts alone: in this small world the picture's loss added nothing to the words.",
  },
  "pi-hc-moe": {
    verdict: "partly reproduced",
    sentence:
      "Take the hard constraint with one solve where training has to be short; do not split it among experts, and with long training a soft constraint comes as near.",
  },
  rdpo: {
    verdict: "reproduced",
    sentence:
      "Lower DPO's beta before you correct for swapped labels: in text that gained nearly as much without knowing their rate; take rDPO where beta is given or the parameters themselves count.",
  },
  "cs-ib": {
    verdict: "not reproduced",
    sentence:
      "Against outliers take a Welsch loss with its one number tuned, which did about as much as the divergence, before any bottleneck; noise on the representation withstood attacks best on small tables without outliers, and worst on images.",
  },
  anyloss: {
    verdict: "partly reproduced",
    sentence:
      "Choose cross-entropy's class weights and threshold for your score first, which came as far on seven of eight problems; take AnyLoss where no threshold is good enough.",
  },
  rpo: {
    verdict: "partly reproduced",
    sentence:
      "Where logged pairs leave actions out, use RPO with a small eta, or leave out those actions if they can be listed; in text a larger beta of DPO holds the policy as well.",
  },
  ensloss: {
    verdict: "partly reproduced",
    sentence:
      "Tune the learning rate of your own loss first; EnsLoss is harmless to try on deeper networks, but its gains there are within what the choice of splits decides.",
  },
  dhkd: {
    verdict: "not reproduced",
    sentence:
      "Distil on one head, by plain or decoupled distillation: a second head takes the conflict of the two losses away, and gains no more than they do.",
  },
  "deep-unfolding": {
    verdict: "partly reproduced",
    sentence:
      "Without clean signals train unfolded ISTA by the objective alone, which comes nearer to its minimum than as many steps of FISTA; where there are clean signals, train by them for the smaller error.",
  },
  "dale-langevin": {
    verdict: "reproduced",
    sentence:
      "Against strong speckle train the network for noise that multiplies, otherwise the usual one; as a generator it keeps numbers positive, and which of the two draws better depends on the measure.",
  },
};

/**
 * What a practitioner should do with a paper, as its measured run has it.
 *
 * @param slug of the paper, as on its card
 * @returns one sentence; null for a paper that isn't measured yet, or is none
 *
 * @example
 * practiceOf("dhkd"); // "Distil on one head, by plain or decoupled distillation: a second head takes the conflict of the two losses away, and gains no more than they do."
 */
export function practiceOf(slug: string): string | null {
  return Object.hasOwn(practices, slug) ? practices[slug].sentence : null;
}
