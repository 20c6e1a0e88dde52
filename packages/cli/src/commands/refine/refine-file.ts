/** What `results.json` of `minimand refine` holds. */
export interface RefineFile {
  schema: "minimand.refine/1";
  /** ISO 8601. */
  created: string;
  versions: { minimand: string; engine: string; node: string };
  refiner: {
    /** The toy world's, one of `--refiner`, or one that was trained on `--prompts`. */
    kind: "world" | "saved" | "own prompts";
    source: string | null;
    sha256: string | null;
    /** Words that it knows. */
    words: number;
    /** Of `--prompts`: nats a word that training ended with. */
    loss: number | null;
  };
  seed: number;
  prompts: RefinedPrompt[];
  /** Of `--endpoint`. */
  preferences: LearnedPreferences | null;
}

export interface RefinedPrompt {
  prompt: string;
  /** Pictures of the prompt as it was typed, in the folder `pictures`, and their scores. */
  typed: { files: string[]; scores: number[] };
  /** The best first, by the refiner's own order, or by their scores. */
  rewrites: { text: string; scores: number[]; files: string[] }[];
  /** What the refiner writes after it has learned from scores. */
  after: string[];
}

export interface LearnedPreferences {
  endpoint: string;
  model: string | null;
  scorer: string;
  /** Pictures that were asked for in this folder, in all runs. */
  spent: number;
  /** Pictures that were scored, and learned from. */
  pictures: number;
  pairs: number;
  loss: "rdpo" | "rpo";
  flipRate: number;
  /** Where the flip rate is from. */
  flipRateFrom: "given" | "two pictures a rewrite" | "assumed";
  without: { rewrite: string; why: string }[];
}
