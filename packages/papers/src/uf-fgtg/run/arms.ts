import { named } from "../../kit/named.ts";

/** Where the prompts of an arm come from. */
export interface Arm {
  id: string;
  label: string;
  /** A refiner's training; none where prompts come by a rule. */
  refiner?: {
    /** Whether the image model's loss counts, and the words'. */
    image: boolean;
    text: boolean;
    /** Whether it hears noise. */
    noise: boolean;
    /** Whether it learns from what its pictures were judged. */
    preferred?: true;
  };
}

const refiner = (id: string, label: string, change: Partial<NonNullable<Arm["refiner"]>> = {}): Arm => ({
  id,
  label,
  refiner: { image: true, text: true, noise: true, ...change },
});

/** All that is compared. */
export const arms: readonly Arm[] = [
  { id: "coarse", label: "coarse prompt" },
  { id: "fine", label: "fine prompt (oracle)" },
  { id: "random", label: "random modifiers" },
  { id: "bigram", label: "bigram continuation" },
  refiner("text", "words alone", { image: false }),
  refiner("image", "picture alone", { text: false }),
  refiner("full", "words and picture"),
  refiner("still", "words and picture, no noise", { noise: false }),
  refiner("preferred", "words and picture, then preferences", { preferred: true }),
];

/** What the default scale trains; of the others it takes the refiners that are committed. */
export const trainedByDefault: readonly string[] = ["text", "full"];

export const armOf = (id: string): Arm => named(arms, id, "arm");
