import type { Outcome } from "@minimand/papers";

/** What a paper is about, in the words by which the catalogue is filtered. */
export const topics = [
  "classification",
  "embeddings",
  "regression",
  "training",
  "small models",
  "preferences",
  "online decisions",
  "equations",
  "pictures",
] as const;

export type Topic = (typeof topics)[number];

/** What the catalogue says of a paper in our own words. */
export interface Note {
  topic: Topic;
  /** The day on which the paper came into the catalogue. */
  added: string;
  /** Of the run that the sentence was written from: another verdict asks for another sentence. */
  verdict: Outcome["verdict"];
  /** One sentence: what it gives to somebody who trains models, measured here. Without numbers, which are generated. */
  use: string;
}

/** By the slug of the paper. */
export const notes: { [slug: string]: Note } = {
  "z-loss": {
    topic: "classification",
    added: "2026-11-25",
    verdict: "reproduced",
    use: "An output layer of very many classes whose training step costs the same however many there are; its two parameters must be tuned.",
  },
  rarts: {
    topic: "training",
    added: "2026-11-26",
    verdict: "partly reproduced",
    use: "Architecture search without second derivatives; among cells that are all known it ranked as DARTS did, at less cost a step, and a search with one network on all data ranked best.",
  },
  normface: {
    topic: "embeddings",
    added: "2026-11-25",
    verdict: "reproduced",
    use: "A classifier that takes in new classes from a few examples without being trained again, beside the old ones.",
  },
  elasticface: {
    topic: "embeddings",
    added: "2026-11-25",
    verdict: "not reproduced",
    use: "Margins drawn at random for telling identities apart; on unseen characters no margin, drawn or fixed, beat plain softmax.",
  },
  ldr: {
    topic: "classification",
    added: "2026-11-25",
    verdict: "not reproduced",
    use: "Losses for noisy labels; simpler ones rank as high or higher once weight decay is tuned: tune that first.",
  },
  dcdm: {
    topic: "equations",
    added: "2026-11-27",
    verdict: "partly reproduced",
    use: "A network that proposes search directions for linear systems: fewer iterations than conjugate gradients, many times more time; take multigrid.",
  },
  saf: {
    topic: "training",
    added: "2026-11-25",
    verdict: "partly reproduced",
    use: "Sharpness-aware training by one more term in the loss, at an eighth of a step's time or less; against noisy labels it gained up to a point, and a larger weight decay more.",
  },
  "adversarial-mdp": {
    topic: "online decisions",
    added: "2026-11-25",
    verdict: "partly reproduced",
    use: "Learners for costs that an opponent chooses: less regret than their predecessor's on a bandit; in our MDP one of the two has less, the other more.",
  },
  "optimistic-omd": {
    topic: "online decisions",
    added: "2026-11-25",
    verdict: "partly reproduced",
    use: "Online learning for a world that drifts when nobody tunes the step; with tuned steps gradient descent is as good or better.",
  },
  "comp-sum": {
    topic: "classification",
    added: "2026-11-25",
    verdict: "reproduced",
    use: "Why cross-entropy is the right default, with guarantees that can be computed; beside TRADES at its most robust its smooth adversarial form is more accurate on clean inputs and less robust.",
  },
  featenhancer: {
    topic: "pictures",
    added: "2026-11-27",
    verdict: "partly reproduced",
    use: "A trainable module before a network that must see in the dark; a plain stack of convolutions of the same size does as well.",
  },
  "eq-net": {
    topic: "small models",
    added: "2026-11-27",
    verdict: "partly reproduced",
    use: "One training for every bit-width: far better than rounding afterwards at few bits, a little worse than a network for one width alone.",
  },
  "ood-unlabeled": {
    topic: "classification",
    added: "2026-11-25",
    verdict: "partly reproduced",
    use: "Few labels and many unlabelled rows from elsewhere: a large gain on the simulation of the paper; on real domains none with two classes, and a loss with ten once plain training is tuned.",
  },
  lion: {
    topic: "training",
    added: "2026-11-25",
    verdict: "partly reproduced",
    use: "What weight decay does in Lion: it holds every weight in a box of known size, with half of AdamW's optimizer state.",
  },
  neucb: {
    topic: "online decisions",
    added: "2026-11-26",
    verdict: "not reproduced",
    use: "Contextual bandits with a neural network; try LinUCB first, which did best or level with the best on both image tasks at a fraction of the cost.",
  },
  aggregate: {
    topic: "regression",
    added: "2026-11-25",
    verdict: "partly reproduced",
    use: "Learning when only means of groups are known: theory that tells the best mixture in advance; ridge regression on the groups does as well on linear models.",
  },
  "uf-fgtg": {
    topic: "preferences",
    added: "2026-11-27",
    verdict: "reproduced",
    use: "Rewriting short prompts for a picture model, in a toy world: the pictures get better, and the loss through the picture adds nothing to learning from words.",
  },
  "pi-hc-moe": {
    topic: "equations",
    added: "2026-11-27",
    verdict: "partly reproduced",
    use: "Solutions of an equation without data by building the equation in: less error for the same training; splitting the domain among experts made it worse.",
  },
  rdpo: {
    topic: "preferences",
    added: "2026-11-27",
    verdict: "reproduced",
    use: "Preference training when a known share of labels is swapped; for text most of the gain comes from a smaller beta as well.",
  },
  "cs-ib": {
    topic: "regression",
    added: "2026-11-27",
    verdict: "not reproduced",
    use: "Regression that withstands outliers; on small tables a tuned Huber or Welsch loss does it about as well, and more simply.",
  },
  anyloss: {
    topic: "classification",
    added: "2026-11-25",
    verdict: "partly reproduced",
    use: "Training for the metric that you report, as G-mean or F-score, on imbalanced data; a tuned threshold comes as far on most problems.",
  },
  rpo: {
    topic: "preferences",
    added: "2026-11-27",
    verdict: "partly reproduced",
    use: "Preference training that stays where the data are: it pays on a bandit whose logs cover a part, and did not raise the true reward of text.",
  },
  ensloss: {
    topic: "classification",
    added: "2026-11-25",
    verdict: "partly reproduced",
    use: "A new random loss at every step against overfitting: never significantly worse here, but a strict test finds hardly a difference.",
  },
  dhkd: {
    topic: "small models",
    added: "2026-11-25",
    verdict: "not reproduced",
    use: "A second head for distilling a large model into a small one: matching the teacher helps, and one head does it better here.",
  },
  "deep-unfolding": {
    topic: "equations",
    added: "2026-11-27",
    verdict: "partly reproduced",
    use: "Iterations of a sparse solver with learned steps: near the minimum in a dozen of them, trained without knowing any solution.",
  },
  "dale-langevin": {
    topic: "pictures",
    added: "2026-11-27",
    verdict: "reproduced",
    use: "A diffusion model whose noise multiplies: generates positive data and never changes a sign; it also removes strong speckle from photographs.",
  },
};
