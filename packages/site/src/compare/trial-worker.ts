import { answerComparison } from "@minimand/compare/web";
import trees from "ydf-training/dist/training.wasm?url";

answerComparison({ trees });
