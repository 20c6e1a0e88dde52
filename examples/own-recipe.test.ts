import { expect, it } from "vitest";
import { follow, recipes } from "./own-recipe.ts";

/** Two views are nearly apart after few steps. */
const enough = (name: string): number => (name.startsWith("InfoNCE") ? 0.95 : 0.75);

it.each(recipes.map((recipe) => [recipe[0], recipe] as const))(
  "the recipe learns: %s",
  async (name, recipe) => {
    expect(await follow(recipe, { epochs: 20 })).toBeGreaterThan(enough(name));
  },
);

it.each([0, 9, 11, 12])("recipe %d hasn't learnt before it had time", async (i) => {
  expect(await follow(recipes[i], { epochs: 1 })).toBeLessThan(enough(recipes[i][0]));
});
