import { frontmatter } from "../pages/frontmatter.ts";
import { bundledSets } from "./bundled.ts";

/** Returns the page that compares in the browser. Its component is its own, so that no other page loads it. */
export function comparePage(): string {
  const fields = {
    layout: "page",
    title: "Compare on your data",
    description:
      "Choose a table and compare the losses of the library on it in your browser. Your data stay on your machine.",
    bundled: bundledSets(),
  };
  return `${frontmatter(fields)}
<script setup>
import ComparePage from "../../src/compare/ComparePage.vue";
</script>

<ComparePage :bundled="$frontmatter.bundled" />
`;
}
