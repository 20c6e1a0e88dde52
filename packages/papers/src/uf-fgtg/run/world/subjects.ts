import type { Rgb, ShapeName } from "../interfaces.ts";

/** Shapes, each with the nouns that stand for it. */
export const nouns: Readonly<Record<ShapeName, readonly string[]>> = {
  ball: ["ball", "sphere", "orb", "marble"],
  box: ["box", "cube", "crate", "block"],
  cone: ["cone", "pyramid", "tent", "spire"],
  tree: ["tree", "oak", "maple", "elm"],
  house: ["house", "cottage", "cabin", "hut"],
  star: ["star", "starfish", "spark", "badge"],
  ring: ["ring", "hoop", "wreath", "halo"],
  moon: ["moon", "crescent", "sickle", "horn"],
};

/** The 8 shapes, in the order of the classifier. */
export const shapes = Object.keys(nouns) as readonly ShapeName[];

const rgb = (hex: number): Rgb => [(hex >> 16) / 255, ((hex >> 8) & 255) / 255, (hex & 255) / 255];

/** Twelve of CSS's named colours, in the order of the classifier. */
export const colours: Readonly<Record<string, Rgb>> = {
  red: rgb(0xff0000),
  orange: rgb(0xffa500),
  yellow: rgb(0xffff00),
  green: rgb(0x008000),
  turquoise: rgb(0x40e0d0),
  blue: rgb(0x0000ff),
  purple: rgb(0x800080),
  magenta: rgb(0xff00ff),
  pink: rgb(0xffc0cb),
  brown: rgb(0xa52a2a),
  white: rgb(0xffffff),
  black: rgb(0x000000),
};

/** A place: its words, the background that it means, and the mode of a subject's modifiers that it leans to. */
export interface Place {
  sky: Rgb;
  ground: Rgb;
  lean: number;
}

/** Places by their words. */
export const places: Readonly<Record<string, Place>> = {
  "over the sea": { sky: rgb(0x8fc7ee), ground: rgb(0x12557d), lean: 0 },
  "at night": { sky: rgb(0x0b1030), ground: rgb(0x2b2f55), lean: 0 },
  "at dusk": { sky: rgb(0x4b3a73), ground: rgb(0xe08a5a), lean: 1 },
  "in the desert": { sky: rgb(0x9fd0f0), ground: rgb(0xd8a85c), lean: 1 },
  "in the snow": { sky: rgb(0xb9cbdc), ground: rgb(0xf3f6fa), lean: 2 },
  "in a forest": { sky: rgb(0x5c8a5a), ground: rgb(0x1f3d23), lean: 2 },
  "on a hill": { sky: rgb(0xa8d4f5), ground: rgb(0x6fa64a), lean: 0 },
  "in the city": { sky: rgb(0x9aa3ad), ground: rgb(0x4a4d52), lean: 1 },
  "under clouds": { sky: rgb(0xc9ccd1), ground: rgb(0x8d9299), lean: 2 },
  "on mars": { sky: rgb(0xd9a98a), ground: rgb(0x9c4a2d), lean: 1 },
};
