import { settingTable } from "@minimand/compare";

/** What is simulated. */
export interface Setting {
  id: string;
  /** In the table of results. */
  title: string;
  /** Names of bundled tables, in turn. */
  tables: readonly string[];
  /** Rows drawn from a table for a replication; all of a smaller one, in another order. */
  rows: number;
  /**
   * Who is compared with cross-entropy, or squared error: itself, with keys of its own for start and batches (`disguised`); or the losses of the
   * comparison for the task, with the keys of the baseline.
   */
  candidates: "disguised" | "losses";
  /** Number of disguised candidates. */
  count: number;
  /**
   * What is judged: every candidate by the whole plan, or, by the first seed alone, the one that inner validation chooses on each fold
   * among them and the baseline (`choice`).
   */
  judged: "candidates" | "choice";
  /** Rows of a second file that is tested on instead of folds; null: folds. */
  testRows: number | null;
  /**
   * Those of the table; permuted; or drawn from a teacher's probabilities, where the first candidate trains on a share `planted` of
   * labels that the teacher thinks more likely than usual.
   */
  labels: "real" | "permuted" | { planted: number };
  /** Whether rows are multiplied to clusters of equal labels that stay together. */
  clustered: boolean;
  /** Ids of the metrics that judge, each with finalists of its own; epochs are chosen by the first. */
  metrics: readonly string[];
  /** Epochs of a training. */
  maxEpochs: number;
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
  judged: "candidates",
  testRows: null,
  labels: "real",
  clustered: false,
  metrics: all,
  maxEpochs: 6,
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
  planted("planted-2", { points: 2, share: 0.34, table: "pima_diabetes", rows: 768 }),
  planted("planted-3", { points: 2.5, share: 0.53, table: "pima_diabetes", rows: 768 }),
  {
    ...disguised,
    id: "regression",
    title: "squared error disguised, numbers",
    tables: ["boston_housing", "concrete", "diabetes"],
    count: 5,
    metrics: ["rmse", "mae", "r2"],
    // Numbers take longer to learn.
    maxEpochs: 24,
  },
  {
    ...disguised,
    id: "test-file",
    title: "cross-entropy disguised, two classes, a test file of 260 rows",
    rows: 500,
    testRows: 260,
  },
  {
    ...disguised,
    id: "large-test-file",
    title: "cross-entropy disguised, two classes, a test file of 1000 rows",
    tables: binary.filter((name) => name !== "pima_diabetes"),
    rows: 500,
    testRows: 1000,
  },
  { ...disguised, id: "choice", title: "validation chooses among 30 alike, two classes", judged: "choice" },
  {
    ...disguised,
    id: "choice-permuted",
    title: "validation chooses among 30 alike, two classes, labels permuted",
    judged: "choice",
    labels: "permuted",
    // By other metrics choosing gains also where there is nothing to learn.
    metrics: ["balanced-accuracy", "roc-auc"],
  },
  planted("planted-3000", { points: 2, share: 0.27, table: "credit_modeldata", rows: 3000 }),
];

/** The share is what made about so many points in a few replications with another seed. */
function planted(
  id: string,
  { points, share, table, rows }: { points: number; share: number; table: string; rows: number },
): Setting {
  return {
    ...disguised,
    id,
    title: `one of 29 better by about ${points} points, ${rows} rows`,
    tables: [table],
    rows,
    labels: { planted: share },
    metrics: ["balanced-accuracy"],
  };
}

/** How every network is trained: small, so that hundreds of replications take hours. Inputs and members are those of the default network. */
export const training = {
  model: "mlp",
  hidden: [16],
  batchSize: 128,
  learningRate: 0.03,
  bins: settingTable.bins.byDefault,
  members: settingTable.members.byDefault,
} as const;

/** The plan of a comparison. */
export const plan = { folds: 5, seeds: 6, finalists: 5 } as const;
