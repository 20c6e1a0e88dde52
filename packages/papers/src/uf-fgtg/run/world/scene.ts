import { cleanPrompt } from "@minimand/lab/prompts";
import type { RandomSource } from "minimand/engine";
import type { Rgb, Scene, ShapeName } from "../interfaces.ts";
import { modifiers, modifierWords } from "./modifiers.ts";
import { colours, nouns, places, shapes } from "./subjects.ts";

const colourNames = Object.keys(colours);
const shapeOfNoun = new Map(shapes.flatMap((shape) => nouns[shape].map((noun) => [noun, shape] as const)));

/** What a prompt asks to see; null where it doesn't say, the first where it says several. */
export interface Subject {
  shape: ShapeName | null;
  /** A name of `colours`. */
  colour: string | null;
}

/** Shape and colour that a prompt asks for. */
export function subjectOfPrompt(prompt: string): Subject {
  const words = cleanPrompt(prompt).replaceAll(",", " ").split(" ");
  const noun = words.find((word) => shapeOfNoun.has(word));
  return {
    shape: noun === undefined ? null : shapeOfNoun.get(noun)!,
    colour: words.find((word) => Object.hasOwn(colours, word)) ?? null,
  };
}

/**
 * Draws the world's scene for a text. Attributes that the text mentions are as it says, all others from a broad, dull distribution (blurred,
 * off the centre, grey, of low contrast). In the same way models of real pictures leave to chance what short prompts leave open.
 *
 * The same random numbers give the same unmentioned attributes, whatever is mentioned.
 */
export function sceneOfPrompt(prompt: string, random: RandomSource): Scene {
  const { shape, colour } = subjectOfPrompt(prompt);
  const text = ` ${cleanPrompt(prompt).replaceAll(",", " , ").replace(/ +/g, " ")} `;
  let scene = dullScene(random);
  if (shape !== null) scene.shape = shape;
  if (colour !== null) scene.colour = colours[colour];
  const place = Object.keys(places).find((words) => text.includes(` ${words} `));
  if (place !== undefined) {
    const { sky, ground } = places[place];
    scene = { ...scene, sky, ground };
  }
  // In the order of the text: of two that contradict each other the later one holds.
  for (const words of said(text)) scene = { ...scene, ...modifiers[words]?.(scene) };
  return scene;
}

/** Modifiers that a text mentions, in its order. "matte" isn't mentioned by "matte painting". */
function said(text: string): string[] {
  const found: { at: number; words: string }[] = [];
  let rest = text;
  for (const words of modifierWords.toSorted((a, b) => b.length - a.length)) {
    const at = rest.indexOf(` ${words} `);
    if (at < 0) continue;
    found.push({ at, words });
    rest = `${rest.slice(0, at + 1)}${"-".repeat(words.length)}${rest.slice(at + 1 + words.length)}`;
  }
  return found.toSorted((a, b) => a.at - b.at).map(({ words }) => words);
}

/** A scene of which nothing was said. */
function dullScene(random: RandomSource): Scene {
  const between = (low: number, high: number): number => low + (high - low) * random();
  const shade = (): Rgb => {
    const grey = between(0.25, 0.75);
    return [grey + between(-0.06, 0.06), grey + between(-0.06, 0.06), grey + between(-0.06, 0.06)];
  };
  return {
    shape: shapes[Math.floor(random() * shapes.length)],
    colour: colours[colourNames[Math.floor(random() * colourNames.length)]],
    x: between(-0.22, 0.22),
    y: between(-0.18, 0.18),
    size: between(0.52, 0.7),
    sky: shade(),
    ground: shade(),
    edge: between(4, 8),
    texture: between(0, 0.06),
    waves: between(1, 3),
    light: between(0, 0.35),
    lightAngle: between(-Math.PI, 0),
    beam: between(0, 0.05),
    saturation: between(0.35, 0.7),
    contrast: between(0.5, 0.8),
    vignette: between(0, 0.25),
    warmth: between(-0.15, 0.15),
  };
}
