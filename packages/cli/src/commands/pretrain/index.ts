import { type Command, Option } from "commander";
import { engineOption, jsonOption, outOption, seedNumber, threadsOption } from "../options.ts";
import type { PretrainOptions } from "./run.ts";

/** `minimand pretrain SLUG`: the frozen models of a paper, made anew. */
export function define(command: Command): Command {
  return command
    .description(
      "Train anew the frozen models that come with a paper (uf-fgtg: a toy text-to-image model and its judges; dale-langevin: the network of minimand denoise).",
    )
    .argument("<slug>", "the paper")
    .addOption(new Option("--quick", "some steps of each: a smoke test; its models are of no use"))
    .option("--seed <n>", "of data and training; default: 1", seedNumber, 1)
    .addOption(engineOption())
    .addOption(threadsOption())
    .addOption(outOption("minimand-pretrain-SLUG"))
    .addOption(jsonOption("pretrained.json"))
    .addHelpText(
      "after",
      `
Examples:
  minimand pretrain uf-fgtg
  minimand pretrain uf-fgtg --quick --out smoke

The folder holds a safetensors file of each part, and pretrained.json with seeds and losses. After a stop, the same
command continues after the last part that was finished. Runs of the paper use the files once they are in checkpoints/
of the paper's folder.`,
    )
    .action(async (slug: string, options: PretrainOptions) => {
      const { pretrain } = await import("./run.ts");
      await pretrain(slug, options);
    });
}
