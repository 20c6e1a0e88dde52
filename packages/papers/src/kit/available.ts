import type { Progress } from "../reproduction.ts";

/**
 * Returns the materials that the host has. What is missing is said and left out, but for what is bundled with the project: that is
 * demanded.
 *
 * @param load asks the host for what a material needs
 * @param what is missing, for the message
 */
export async function* available<Material extends { id: string; bundled?: boolean }>(
  materials: readonly Material[],
  load: (material: Material) => Promise<unknown>,
  what = "it",
): AsyncGenerator<Progress, Material[]> {
  const found: Material[] = [];
  for (const material of materials) {
    try {
      await load(material);
      found.push(material);
    } catch (error) {
      if (material.bundled === true) throw error;
      const why = error instanceof Error ? error.message : String(error);
      yield { done: 0, total: 0, message: `${material.id}: left out, ${what} is not here (${why})` };
    }
  }
  return found;
}
