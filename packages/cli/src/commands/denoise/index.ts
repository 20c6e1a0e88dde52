import { type Command, InvalidArgumentError, Option } from "commander";
import { UsageError } from "../../failure.ts";
import { engineOption, place, threadsOption } from "../options.ts";
import type { DenoiseOptions } from "./run.ts";

/** `minimand denoise IN.png`. */
export function define(command: Command): Command {
  return command
    .description(
      "Take speckle, noise that multiplies, from a picture, by a network that has learned from photographs.",
    )
    .argument("<picture>", "PNG, JPEG or WebP file")
    .option(
      "-o, --out <file>",
      "where the picture goes (.png, .jpg, .webp); default: NAME-denoised.png",
      place,
    )
    .addOption(new Option("--noise <kind>").argParser(noKind).hideHelp())
    .addOption(
      new Option(
        "--level <x>",
        "deviation of the logarithm of the noise in linear light, up to 1; default: auto, found in the picture",
      )
        .argParser(levelOf)
        .default("auto", "auto"),
    )
    .option(
      "--clean <file>",
      "the picture as it was, to measure by: PSNR and SSIM, also of two usual filters",
      place,
    )
    .option("--report <file>", "an HTML page with the picture by each method side by side", place)
    .addOption(engineOption())
    .addOption(threadsOption())
    .option("--json", "print settings and numbers as JSON on stdout", false)
    .addHelpText(
      "after",
      `
Examples:
  minimand denoise radar.png
  minimand denoise scan.png --out scan-clean.png --level 0.3 --report scan.html
  minimand denoise noisy.png --clean original.png --json

docs/denoise.md says what the network learned from, and how good it is on photographs that it never saw.`,
    )
    .action(async (picture: string, options: DenoiseOptions) => {
      const { denoise } = await import("./run.ts");
      await denoise(picture, options);
    });
}

/** Refuses the option that earlier versions had. */
function noKind(): never {
  throw new UsageError(
    "--noise: expected no kind, since the command removes speckle alone; --level sets how strong it is",
  );
}

function levelOf(text: string): number | "auto" {
  if (text === "auto") return "auto";
  const value = Number(text);
  if (text.trim() !== "" && value > 0 && value <= 1) return value;
  throw new InvalidArgumentError(`expected auto or a number > 0 and <= 1, got '${text}'`);
}
