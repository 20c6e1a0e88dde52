import { crossEntropy, squaredError } from "minimand";
import type { Note, Settings } from "../results.ts";
import type { LinearReference, PlannedCandidate, TreesReference } from "./candidate.ts";
import { classTasks } from "./candidate.ts";

/** Logistic regression, or least squares: our own linear model, tuned as the losses are. */
export const linearReference: LinearReference = {
  id: "linear-model",
  label: "Linear model",
  formula: "cross-entropy or squared error of a linear model",
  kind: "reference",
  network: "linear",
  tasks: [...classTasks, "regression", "preference"],
  settings: [],
  parameters: {},
  loss: ({ task }) => {
    const loss = task === "regression" ? squaredError : crossEntropy;
    return (f, y, { weights }) => loss(f, y, { weights });
  },
};

/** Package and version, as it decides what trees come out: to be changed with package.json. */
const libraryVersion = "ydf-training 0.0.1";

/** Trees that are averaged in the tuned setting. */
const averaged = 3;

/**
 * Gradient-boosted trees with the library's defaults, or the mean of three such models, each of which holds another tenth of the
 * rows back to know when to stop: the library has no other settings.
 */
export const treesReference: TreesReference = {
  id: "gradient-boosted-trees",
  label: "Gradient-boosted trees",
  formula: "Yggdrasil Decision Forests on the raw columns, one model or the mean of three",
  reference: "Guillame-Bert, Bruch, Stotz and Pfeifer, 2023",
  kind: "trees",
  library: libraryVersion,
  settings: [],
  parameters: { models: "1, 3: so many are averaged" },
  // The library's shrinkage is 0.1.
  grid: [1, averaged].map((models) => ({ learningRate: 0.1, parameters: { models } })),
};

/** The references that are trained, by the names that they are asked for with. */
const referenceNamed = { linear: linearReference, trees: treesReference } as const;

/** Every reference that is trained. */
export const trainedReferences: readonly (LinearReference | TreesReference)[] = Object.values(referenceNamed);

/** Returns the references that are asked for and make sense, and for the others a note that says why not. */
export function chooseReferences({
  references,
  bagColumn = null,
  model,
  task = "auto",
}: Pick<Settings, "references" | "model"> & Partial<Pick<Settings, "bagColumn" | "task">>): {
  candidates: PlannedCandidate[];
  notes: Note[];
} {
  const notes: Note[] = [];
  const candidates: PlannedCandidate[] = [];
  const leaveOut = (label: string, why: string): void =>
    void notes.push({ level: "info", text: `${label}: left out of the references, as ${why}` });
  for (const name of references) {
    const candidate = referenceNamed[name];
    if (bagColumn !== null) leaveOut(candidate.label, "it would need the labels of rows, and bags hide them");
    else if (name === "trees" && task === "preference")
      leaveOut(candidate.label, "they learn from single rows, and not from pairs");
    else if (name === "linear" && model === "linear") leaveOut(candidate.label, "all losses train one");
    else candidates.push(candidate);
  }
  return { candidates, notes };
}
