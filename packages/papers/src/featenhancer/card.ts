import type { Listing } from "../listing.ts";
import type { PaperCard } from "../reproduction.ts";
import ruleLog from "./rule-log.json" with { type: "json" };

export const card: PaperCard = {
  slug: "featenhancer",
  title:
    "FeatEnHancer: Enhancing Hierarchical Features for Object Detection and Beyond Under Low-Light Vision",
  authors: 4,
  arxiv: "2308.03594",
  date: "2023-08",
  claim:
    "Brightening dark pictures for the eye hardly helps a network that is trained on them. A small module before the network, with features of three learned scales that are fused by attention and trained by the task's loss alone, helps: more than picture enhancers do.",
  rule: "Canvases of 32 x 32 pixels with one to three Fashion-MNIST objects (trouser, sneaker, bag), dimmed to exposures from 0.005 to 0.05, unevenly, with photon and read noise in 8 bits. Front ends before a segmenter of 19,216 parameters: none, standardising, gamma 0.4, histogram equalisation, Zero-DCE trained without labels and frozen, a plain stack of convolutions with as many parameters as FeatEnHancer and nearly as wide a view, its feature extractor at one scale, FeatEnHancer (width 8, 8 groups, 4 heads). The same seeds, canvases, starts, batches and steps for all; the learning rate of each chosen from one grid on other seeds and other pictures; gradients clipped at norm 1, a cosine. Runs that collapse (a mean IoU no more than 2 points above that of an empty prediction, or a number that isn't finite) are counted with what they came to. Two measures over at least 5 seeds: mean IoU after training from scratch (with --full also AP50 of a detector), and mean IoU of a segmenter that was trained in the light and then on 200 dark canvases. In a measure there is a gain if FeatEnHancer is above none, gamma and equalisation, each by more than 2 standard errors of the paired differences; it is beyond capacity if FeatEnHancer is above the stack by more than 2, too, and explained by capacity otherwise. Reproduced: a gain beyond capacity from scratch and after adapting. Partly reproduced: a gain in either, beyond capacity or explained by it. Not reproduced: otherwise.",
  ruleLog: ruleLog as PaperCard["ruleLog"],
  pieces: [
    "featEnhancer",
    "oneScaleEnhancer",
    "stackEnhancer",
    "withEnhancer",
    "lowLight",
    "unevenLight",
    "gammaCorrection",
    "equalizeHistogram",
    "standardizePictures",
    "zeroDce",
    "trainZeroDce",
    "segmenter",
    "pixelCrossEntropy",
    "centerDetector",
    "centerTargets",
    "centerLoss",
    "decodeCenters",
    "meanIoU",
    "meanAveragePrecision",
  ],
  data: ["fashion-train", "fashion-test"],
};

export const listing: Listing = {
  topic: "pictures",
  added: "2026-11-27",
  held: "A segmentation network trained on bright pictures and then adapted to dark ones reaches a mean IoU of 47.0 % with FeatEnHancer, a learned enhancement module before it, against 45.1 % without. With gamma correction it reaches 40.8 % and with histogram equalisation 44.0 %.",
  notHeld:
    "The gain is explained by capacity: a plain stack of convolutions with as many parameters reaches 47.1 %. Trained from scratch, FeatEnHancer reaches 42.9 % and the stack 41.8 %, a difference of 1.1 ± 5.2 points.",
  measured: {
    verdict: "partly reproduced",
    seconds: 337,
    use: "A trainable module in front of a network that must see in the dark. A plain stack of convolutions of the same size does as well.",
    practice:
      "Standardise each picture before you add an enhancer. In the dark, FeatEnHancer was not clearly better than that, nor than a plain stack of convolutions of its size.",
  },
};
