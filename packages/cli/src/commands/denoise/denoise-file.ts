import type { EngineUsed } from "@minimand/compare";

/** How a picture was made, and how near it is to the clean one. */
export interface MethodResult {
  method: "as it is" | "gaussian" | "median" | "network";
  /** Deviation in pixels of the Gaussian of the logarithm, side in pixels of the median's square; null for the others. */
  width: number | null;
  /** In dB; null where no clean picture was given, or the picture is equal to it. */
  psnr: number | null;
  ssim: number | null;
}

/** What `minimand denoise --json` prints. */
export interface DenoiseFile {
  schema: "minimand.denoise/1";
  created: string;
  versions: { minimand: string; engine: string; node: string };
  engine: EngineUsed;
  picture: { file: string; width: number; height: number; channels: 1 | 3; depth: 8 | 16 };
  clean: string | null;
  noise: "multiplicative";
  /** Deviation of the noise's logarithm: what was given, what was found in the picture, each null where it wasn't, and what was used. */
  level: { given: number | null; found: number | null; used: number };
  /** Where the picture without noise is, and the page. */
  out: string;
  report: string | null;
  /** The picture as it is, and by the network; by the usual filters, too, where there is something to compare by. */
  methods: MethodResult[];
  seconds: number;
}
