import { describe } from "vitest";
import { itIsALearner } from "../conformance.fixture.ts";
import { mdpLearners } from "./learners.fixture.ts";

describe.each(Object.entries(mdpLearners))("%s", (_, learner) => {
  itIsALearner(learner);
});
