import type { Listing } from "../listing.ts";
import type { PaperCard } from "../reproduction.ts";
import ruleLog from "./rule-log.json" with { type: "json" };

export const card: PaperCard = {
  slug: "elasticface",
  title: "ElasticFace: Elastic Margin Loss for Deep Face Recognition",
  authors: 4,
  arxiv: "2109.09416",
  date: "2021-09",
  claim:
    "Margins drawn anew from a normal distribution for every example and step separate identities that were not trained on better than one fixed margin (ArcFace, CosFace).",
  rule: "Verification of characters never trained on (pairs of examples, same character or not): 160 characters of Omniglot are trained on and 82 others asked about, the same ones, starts, batches and pairs for every loss, 30 seeds. The number is the true accept rate at a false accept rate of 1e-2. Weak form: the mean of every normalised or margin loss of the paper is above that of plain softmax (not asked of the '+' of the released code, which deals its draws out by another rule). Strong form: of the four paired differences elastic less fixed margin (Arc and Arc+ less ArcFace, Cos and Cos+ less CosFace), at least one is above 0 and none below by a paired t-test over seeds at 0.05, with Holm's correction for the four. Reproduced: both. Partly reproduced: the weak form. Otherwise not reproduced. Where Omniglot is absent, letters (18 trained on, 8 unseen) are judged in its place, and the verdict says so. With --full: 200 trained characters, a deeper body, 120 epochs. The other data sets are shown and not counted.",
  ruleLog: ruleLog as PaperCard["ruleLog"],
  pieces: [
    "marginCrossEntropy",
    "cosineClassifier",
    "verificationAccuracy",
    "tarAtFar",
    "equalErrorRate",
    "batchTriplet",
  ],
  data: ["omniglot", "letter", "orl"],
};

export const listing: Listing = {
  topic: "embeddings",
  added: "2026-11-25",
  held: null,
  notHeld:
    "On characters not trained on, no random margin is significantly better than a fixed one: at a false accept rate of 1 %, ElasticFace-Arc accepts 27.2 % of the true pairs, ArcFace 26.3 %. Plain softmax accepts 28.8 %, more than all of these losses.",
  measured: {
    verdict: "not reproduced",
    seconds: 742,
    use: "Random margins for losses that separate identities. On unseen characters, no margin, random or fixed, beat plain softmax.",
    practice:
      "On small data, a random margin hardly differs from a fixed one, and no angular loss is clearly better than plain softmax. First try a triplet loss: it separated unseen characters and faces best, but letters worst.",
  },
};
