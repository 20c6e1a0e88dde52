import { derive, type RandomSource, randomSource } from "minimand/engine";
import type { ShapeName, Triplet, World } from "../interfaces.ts";
import { idleModifiers, modes, modifierWords } from "./modifiers.ts";
import { renderScene } from "./render.ts";
import { sceneOfPrompt } from "./scene.ts";
import { colours, nouns, places, shapes } from "./subjects.ts";

/** Words and commas of a fine prompt: with start and end they are the 20 tokens of the text encoder. */
const mostTokens = 18;

/**
 * Triplets of coarse prompts, fine prompt and picture by rule. The fine prompt is a subject with the modifiers of one of its modes and
 * some others. Its picture is what the world draws for it. The coarse ones keep the noun, colour and noun, or all of the subject.
 *
 * @returns the same triplets for the same seed, of which fewer are the first of more
 */
export function cfpMini({ seed, triplets }: { seed: number; triplets: number }): Triplet[] {
  return Array.from({ length: triplets }, (_, i) => tripletOf(randomSource(derive(seed, i))));
}

/** The world's data of a seed; the test's are others than the training's. */
export function worldOf(seed: number, { train = 6000, test = 500 } = {}): World {
  return {
    seed,
    train: cfpMini({ seed: derive(seed, 0), triplets: train }),
    test: cfpMini({ seed: derive(seed, 1), triplets: test }),
  };
}

const choose = <T>(items: readonly T[], random: RandomSource): T =>
  items[Math.floor(random() * items.length)];

function tripletOf(random: RandomSource): Triplet {
  const shape = choose(shapes, random);
  const noun = choose(nouns[shape], random);
  const middle = `${choose(Object.keys(colours), random)} ${noun}`;
  const place = random() < 0.75 ? choose(Object.keys(places), random) : null;
  const long = place === null ? middle : `${middle} ${place}`;
  const fine = withModifiers(long, modifiersFor(shape, place, random));
  const scene = sceneOfPrompt(fine, random);
  return { coarse: [noun, middle, long], fine, scene, picture: renderScene(scene) };
}

/** Modifiers of a mode, which the place chooses six times of ten, now and then without one of them; then some of no mode. */
function modifiersFor(shape: ShapeName, place: string | null, random: RandomSource): string[] {
  const own = modes[shape];
  const leans = random() < 0.6 && place !== null;
  const mode = leans ? own[places[place].lean % own.length] : choose(own, random);
  const chosen: string[] = mode.filter(() => random() < 0.9);
  if (random() < 0.25) chosen.push(choose(modifierWords, random));
  if (random() < 0.6) chosen.push(choose(idleModifiers, random));
  return [...new Set(chosen)];
}

/** As many as there is room for. */
function withModifiers(subject: string, chosen: readonly string[]): string {
  return chosen.reduce((text, words) => {
    const longer = `${text}, ${words}`;
    return longer.replaceAll(",", " ,").split(" ").length <= mostTokens ? longer : text;
  }, subject);
}
