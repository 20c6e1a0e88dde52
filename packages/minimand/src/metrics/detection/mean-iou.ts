import { confusionMatrix, countsOf, margins } from "../confusion.ts";

/** What {@link meanIoU} finds. */
export interface MeanIoU {
  /** Over the classes that occur. */
  mean: number;
  /** For each class; null for one that is nowhere, neither true nor predicted. */
  perClass: (number | null)[];
}

/**
 * Mean intersection over union of a segmentation, pixels of all pictures together.
 *
 * `IoU_k = TP_k / (TP_k + FP_k + FN_k)`, and its mean over the classes that occur.
 *
 * @param yTrue true class ids of all pixels, `[pixels]`
 * @param yPred predicted class ids, `[pixels]`
 * @param classes number of classes, at least 2, the background among them
 * @returns the mean, from 0 to 1, and the values of the classes
 * @throws RangeError for different lengths, no pixels, or a label that is not an integer in [0, classes)
 * @example
 * meanIoU([0, 0, 1, 1], [0, 1, 1, 1], 3).mean // 0.5833
 * @see Long, Shelhamer, Darrell 2015, arXiv 1411.4038, section 5
 */
export function meanIoU(yTrue: ArrayLike<number>, yPred: ArrayLike<number>, classes: number): MeanIoU {
  const matrix = confusionMatrix(yTrue, yPred, classes);
  const sums = margins(matrix);
  const perClass = matrix.map((_, k) => {
    const { TP, FP, FN } = countsOf(matrix, sums, k);
    const union = TP + FP + FN;
    return union === 0 ? null : TP / union;
  });
  const found = perClass.filter((value) => value !== null);
  return { mean: found.reduce((a, b) => a + b, 0) / found.length, perClass };
}
