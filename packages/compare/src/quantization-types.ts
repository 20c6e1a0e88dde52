/** What fewer bits cost a network. */
export interface QuantizationReport {
  /** Of the kept model: its trained networks of the trials were quantised on the rows that they were trained on, and tested on the same test parts. */
  candidate: string;
  /** Of what goes into each layer, in all widths. */
  activationBits: number;
  /** Those that were used, and folds of each (1 on a test file). */
  seeds: number[];
  folds: number;
  /** The metric over the seeds in float32, and the kept model: bytes of its parameters and of its ONNX file (null: it has none). */
  float: { mean: number | null; bytes: number; fileBytes: number | null };
  /** In the order in which they were asked for. */
  widths: QuantizedWidth[];
}

/** A network of a given width in bits. */
export interface QuantizedWidth extends QuantizedOutcome {
  bits: number;
  /** Of the weights of each layer of the kept model. */
  layerBits: number[];
  /** Of the kept model: its codes in as few bytes as they need, with step sizes and all that stays in float32. */
  bytes: number;
  /** Its ONNX file, in the folder of the model, with all steps between a table and its predictions; null: it has none. */
  file: string | null;
  fileBytes: number | null;
  /** The same networks before they were fine-tuned. */
  rounded: QuantizedOutcome;
}

/** What quantised networks reached on the test parts. */
export interface QuantizedOutcome {
  /** The report metric over the seeds; null where outputs weren't finite. */
  mean: number | null;
  /** To the same networks in float32 on the same rows, with its 95 % interval; without ends where nothing can be tested. */
  difference: { mean: number; low: number | null; high: number | null } | null;
  /** The share of predictions that are another class; of numbers the root mean square of their change, in units of the target. */
  change: number | null;
}
