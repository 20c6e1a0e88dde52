import { type Command, InvalidArgumentError, Option } from "commander";
import {
  engineOption,
  jsonOption,
  number,
  outOption,
  place,
  seedNumber,
  timeSpan,
  wholeNumber,
} from "../options.ts";
import { preferenceLosses } from "./preference-losses.ts";
import type { RefineOptions } from "./run.ts";

/** `minimand refine PROMPT...`. */
export function define(command: Command): Command {
  return command
    .description(
      "Rewrite short prompts as longer ones that an image model takes better, and learn which rewrites it takes best.",
    )
    .argument("[prompts...]", "prompts to be rewritten, each in quotes")
    .option("-n, --number <n>", "rewrites of each prompt; default: 5", wholeNumber, 5)
    .option("--prompts <file>", "your prompts, one per line: a refiner is trained on their words", place)
    .option("--refiner <file>", "a refiner of an earlier run (refiner.safetensors)", place)
    .option("--steps <n>", "training steps on --prompts; default: 1000", wholeNumber, 1000)
    .option("--seed <n>", "of training, noise and rewrites; default: 0", seedNumber, 0)
    .option(
      "--endpoint <url>",
      "image service that speaks POST /v1/images/generations; its pictures, scored, teach the refiner; key from MINIMAND_IMAGE_KEY",
      place,
    )
    .option(
      "--allow-host <host>",
      "further host that its pictures may be fetched from, as cdn.example.com; may be repeated",
      hostNames,
      [],
    )
    .option("--model <name>", "model of the service")
    .addOption(new Option("--size <WxH>", "of its pictures, as 512x512").argParser(pictureSize))
    .option("--scorer <file>", "your module that scores a picture (docs/prompts.md)", place)
    .option(
      "--max-images <n>",
      "most pictures to ask for in this folder, over all runs: they cost money",
      wholeNumber,
    )
    .option(
      "--draws <n>",
      "pictures of each rewrite; with 2 it is found how far scores can be trusted; default: 2",
      wholeNumber,
      2,
    )
    .option("--at-once <n>", "requests at a time; default: 2", wholeNumber, 2)
    .option("--timeout <time>", "for an answer; default: 2m", timeSpan, 120_000)
    .option("--retries <n>", "further tries of a request; default: 4", wholeNumber, 4)
    .addOption(
      new Option("--loss <name>", "rdpo, which knows the flip rate, or rpo; default: rdpo")
        .choices(preferenceLosses)
        .default("rdpo", "rdpo"),
    )
    .option(
      "--flip-rate <x>",
      "share of pairs that scores order wrongly; default: found from --draws 2",
      number,
    )
    .option(
      "--passes <n>",
      "how often each pair of rewrites is learned from; default: 10, many more spoil the language",
      wholeNumber,
      10,
    )
    .addOption(engineOption())
    .addOption(outOption("minimand-refine").default("minimand-refine", "minimand-refine"))
    .addOption(jsonOption("results.json"))
    .addHelpText(
      "after",
      `
Examples:
  minimand refine "a red moon" -n 5
  minimand refine --prompts my-prompts.txt "portrait of a sailor"
  minimand refine --prompts my-prompts.txt --endpoint https://api.openai.com/v1 --model gpt-image-1 --size 1024x1024 \\
    --scorer score.mjs --max-images 120 "portrait of a sailor" "a lighthouse"
  minimand refine --refiner minimand-refine/refiner.safetensors "a ship"

The folder holds refine.html with the pictures, results.json, pictures/, and, where a refiner was trained, refiner.safetensors.`,
    )
    .action(async (prompts: string[], options: RefineOptions, self: Command) => {
      const { refine } = await import("./run.ts");
      await refine(prompts, options, self);
    });
}

function pictureSize(text: string): string {
  if (/^[1-9]\d*x[1-9]\d*$/.test(text)) return text;
  throw new InvalidArgumentError(`expected WIDTHxHEIGHT, got '${text}'`);
}

/** Hosts as addresses have them. */
function hostNames(text: string, others: string[]): string[] {
  const url = URL.parse(`https://${text}`);
  if (url?.host !== text.toLowerCase() || url.href !== `https://${url.host}/`)
    throw new InvalidArgumentError(
      `expected a host as cdn.example.com or cdn.example.com:8443, got '${text}'`,
    );
  return [...others, url.host];
}
