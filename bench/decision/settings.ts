/** What is simulated. */
export interface Setting {
  id: string;
  /** In the table of results. */
  title: string;
  /** Names of `data/index.json`, in turn. */
  tables: readonly string[];
  /** Rows drawn from a table for a replication; all of a smaller one, in another order. */
  rows: number;
  /**
   * Who is compared with cross-entropy: itself, with keys of its own for start and batches (`disguised`); or the losses of the
   * comparison for the task, with the keys of the baseline.
   */
  candidates: "disguised" | "losses";
  /** Number of disguised candidates. */
  count: number;
  /**
   * Those of the table; permuted; or drawn from a teacher's probabilities, where the first candidate trains on a share `planted` of
   * labels that the teacher thinks more likely than usual.
   */
  labels: "real" | "permuted" | { planted: number };
  /** Whether rows are multiplied to clusters of equal labels that stay together. */
  clustered: boolean;
  /** Ids of the metrics that judge, each with finalists of its own; epochs are chosen by the first. */
  metrics: readonly string[];
}

const binary = ["pima_diabetes", "credit_modeldata", "churn", "spambase"];
const all = ["balanced-accuracy", "accuracy", "f1", "roc-auc", "log-loss"];

const disguised: Setting = {
  id: "disguised",
  title: "cross-entropy disguised, two classes",
  tables: binary,
  rows: 600,
  candidates: "disguised",
  count: 29,
  labels: "real",
  clustered: false,
  metrics: all,
};

export const settings: readonly Setting[] = [
  disguised,
  {
    ...disguised,
    id: "permuted",
    title: "all losses, two classes, labels permuted",
    candidates: "losses",
    labels: "permuted",
    // By other metrics losses differ, also where there is nothing to learn.
    metrics: ["balanced-accuracy", "roc-auc"],
  },
  {
    ...disguised,
    id: "multiclass",
    title: "cross-entropy disguised, 4 and 6 classes",
    tables: ["vehicle", "satellite"],
    count: 15,
  },
  {
    ...disguised,
    id: "groups",
    title: "cross-entropy disguised, two classes, clusters of rows as groups",
    clustered: true,
  },
  {
    ...disguised,
    id: "disguised-permuted",
    title: "cross-entropy disguised, two classes, labels permuted",
    labels: "permuted",
  },
  planted("planted-2", 2, 0.34, 768),
  planted("planted-3", 2.5, 0.53, 768),
];

function planted(id: string, points: number, share: number, rows: number): Setting {
  return {
    ...disguised,
    id,
    title: `one of 29 better by about ${points} points, ${rows} rows`,
    tables: ["pima_diabetes"],
    rows,
    labels: { planted: share },
    metrics: ["balanced-accuracy"],
  };
}

/** How every network is trained: small, so that hundreds of replications take minutes. */
export const training = {
  model: "mlp",
  hidden: [16],
  maxEpochs: 6,
  patience: 6,
  batchSize: 128,
  learningRate: 0.03,
} as const;

/** The plan of a comparison. */
export const plan = { folds: 5, seeds: 6, finalists: 5 } as const;
