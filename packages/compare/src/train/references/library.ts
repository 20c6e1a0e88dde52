/** A list in the library's memory, until it is deleted. */
export interface LibraryVector<T> {
  push_back(value: T): void;
  get(index: number): T;
  size(): number;
  delete(): void;
}

export interface LibraryDataset {
  /** NaN is a missing value, an infinite one is refused. */
  addNumericalColumn(name: string, values: LibraryVector<number>): void;
  /** An empty text is a missing value. Rare values share one level, but for a label. */
  addCategoricalColumn(name: string, values: LibraryVector<string>, isLabel: boolean): void;
  delete(): void;
}

export interface LibraryModel {
  /** The features that some tree asks for; some builds give names as bytes. */
  getInputFeatures(): LibraryVector<{ name: string | Uint8Array; internalIdx: number }>;
  getLabelClasses(): LibraryVector<string | Uint8Array>;
  /** All values of the next rows are missing until they are set. */
  newBatchOfExamples(rows: number): void;
  setNumerical(row: number, feature: number, value: number): void;
  setCategoricalString(row: number, feature: number, value: string): void;
  /** Two classes: probabilities of the second; more: `[rows, classes]`; regression: numbers. */
  predict(): LibraryVector<number>;
  save(folder: string): void;
  delete(): void;
}

interface LibraryLearner {
  init(learner: "GRADIENT_BOOSTED_TREES", label: string, task: "CLASSIFICATION" | "REGRESSION"): void;
  trainFromDataset(dataset: LibraryDataset): LibraryModel;
  delete(): void;
}

/** What is used of Yggdrasil Decision Forests as `ydf-training` gives it. */
export interface Library {
  CreateVectorFloat(size: number): LibraryVector<number>;
  CreateVectorString(size: number): LibraryVector<string>;
  Dataset: new () => LibraryDataset;
  InternalLearner: new () => LibraryLearner;
  /** Null where the folder holds no model that can be read. */
  InternalLoadModel(folder: string): LibraryModel | null;
  /** The file system in its memory. */
  FS: {
    mkdir(path: string): void;
    readdir(path: string): string[];
    readFile(path: string): Uint8Array;
    writeFile(path: string, bytes: Uint8Array): void;
  };
}

let treesAddress: string | undefined;

/**
 * Sets where a page has `ydf-training/dist/training.wasm`, before the first use: a bundler gives it a name of its own. Without it the
 * library looks next to the module of its worker, and in Node next to its own.
 */
export function treesAt(address: string | undefined): void {
  treesAddress = address;
}

const handled = ["uncaughtException", "unhandledRejection"] as const;

/**
 * Gives an instance of the library to `use`. Its memory only grows and goes with the instance, so that each use has its own;
 * what it says is kept off the console. It is loaded when it is first needed: it is more than 3 MB of WebAssembly.
 *
 * @throws Error saying what the library said last, where it can't be started or ends
 */
export async function withLibrary<T>(use: (library: Library) => T): Promise<T> {
  const said: string[] = [];
  const hear = (line: string): void => void said.push(line);
  try {
    const { default: start } = await import("ydf-training");
    return use(
      (await undisturbed(() =>
        start({
          print: () => {},
          printErr: hear,
          ...(treesAddress !== undefined && { locateFile: () => treesAddress }),
        }),
      )) as Library,
    );
  } catch (error) {
    // Aborts come without their reason, which is the last line on stderr.
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    throw new Error(`${error.message}: ${said.at(-1) ?? ""}`, { cause: error });
  }
}

/** Starts something that would rethrow whatever the process doesn't catch; it may not. */
function undisturbed<T>(start: () => T): T {
  const { process } = globalThis as { process?: NodeJS.Process };
  if (typeof process?.listeners !== "function") return start();
  const before = handled.map((event) => process.listeners(event as "uncaughtException"));
  const started = start();
  handled.forEach((event, i) => {
    for (const listener of process.listeners(event as "uncaughtException"))
      if (!before[i].includes(listener)) process.removeListener(event, listener);
  });
  return started;
}
