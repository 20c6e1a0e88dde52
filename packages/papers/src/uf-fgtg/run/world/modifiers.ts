import type { Scene, ShapeName } from "../interfaces.ts";

/** What a modifier makes of a scene; null where it does nothing at all. */
type Change = ((scene: Scene) => Partial<Scene>) | null;

/** Modifiers of prompts by their words: 20 with an effect of their own, then 8 that everybody writes and that do nothing. */
export const modifiers: Readonly<Record<string, Change>> = {
  "sharp focus": () => ({ edge: 30 }),
  "highly detailed": () => ({ texture: 0.12, waves: 3 }),
  intricate: () => ({ texture: 0.15, waves: 4 }),
  smooth: () => ({ texture: 0 }),
  "oil painting": () => ({ texture: 0.18, waves: 1.2, edge: 12 }),
  "dramatic lighting": () => ({ light: 0.95, vignette: 0.6 }),
  "cinematic lighting": () => ({ light: 0.8, vignette: 0.45 }),
  "beautiful lighting": () => ({ light: 0.7 }),
  "volumetric lighting": () => ({ beam: 0.55 }),
  "vibrant colors": () => ({ saturation: 1.15 }),
  colorful: () => ({ saturation: 1 }),
  "high contrast": () => ({ contrast: 1.15 }),
  hdr: () => ({ contrast: 1, saturation: 0.9 }),
  centered: () => ({ x: 0, y: 0 }),
  symmetrical: () => ({ x: 0, lightAngle: -Math.PI / 2 }),
  "full body": () => ({ size: 0.75 }),
  "epic composition": () => ({ size: 0.68, x: 0 }),
  "golden hour": () => ({ warmth: 0.6 }),
  "matte painting": ({ sky, ground }) => ({ sky: muted(sky), ground: muted(ground) }),
  matte: () => ({ light: 0, vignette: 0 }),
  masterpiece: null,
  "award winning": null,
  "concept art": null,
  "digital painting": null,
  illustration: null,
  elegant: null,
  "octane render": null,
  "trending on artstation": null,
};

/** Their words, those with an effect first. */
export const modifierWords: readonly string[] = Object.keys(modifiers);

/** Modifiers that do nothing. */
export const idleModifiers: readonly string[] = modifierWords.filter((words) => modifiers[words] === null);

/**
 * What people write behind a subject: some modes of three modifiers each, of which the place chooses more often than not. A rewriter
 * has to know the subject to choose among them, and may choose differently each time.
 */
export const modes: Readonly<Record<ShapeName, readonly (readonly [string, string, string])[]>> = {
  ball: [
    ["sharp focus", "cinematic lighting", "vibrant colors"],
    ["smooth", "colorful", "centered"],
    ["beautiful lighting", "high contrast", "full body"],
  ],
  box: [
    ["highly detailed", "sharp focus", "symmetrical"],
    ["matte", "hdr", "centered"],
  ],
  cone: [
    ["dramatic lighting", "high contrast", "sharp focus"],
    ["golden hour", "epic composition", "vibrant colors"],
    ["matte painting", "smooth", "centered"],
  ],
  tree: [
    ["golden hour", "highly detailed", "vibrant colors"],
    ["oil painting", "colorful", "epic composition"],
    ["volumetric lighting", "intricate", "hdr"],
  ],
  house: [
    ["matte painting", "sharp focus", "full body"],
    ["cinematic lighting", "hdr", "symmetrical"],
    ["oil painting", "golden hour", "centered"],
  ],
  star: [
    ["vibrant colors", "sharp focus", "centered"],
    ["volumetric lighting", "high contrast", "full body"],
  ],
  ring: [
    ["intricate", "beautiful lighting", "symmetrical"],
    ["smooth", "sharp focus", "hdr"],
    ["dramatic lighting", "colorful", "epic composition"],
  ],
  moon: [
    ["volumetric lighting", "high contrast", "sharp focus"],
    ["matte painting", "smooth", "centered"],
    ["cinematic lighting", "vibrant colors", "full body"],
  ],
};

/** Towards its own grey. */
function muted(colour: Scene["sky"]): Scene["sky"] {
  const grey = (colour[0] + colour[1] + colour[2]) / 3;
  const [r, g, b] = colour.map((c) => 0.35 * c + 0.65 * (0.6 * grey + 0.2));
  return [r, g, b];
}
