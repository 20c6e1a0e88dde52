import { numpy as np } from "@jax-js/jax";
import { normal, randomSource } from "minimand/engine";
import { dot } from "../../../kit/dot.ts";

/** Directions of largest variance. */
export interface PrincipalComponents {
  /** `[size]` */
  mean: Float64Array;
  /** Orthonormal, the one of the largest variance first. */
  directions: Float64Array[];
  /** Along each direction. */
  variances: number[];
  /** Share of the variance along these directions of that of all. */
  explained: number;
}

/** More directions than are asked for make the last ones of those asked for converge as fast as the first. */
const spare = 16;
const iterations = 40;

/**
 * The first principal components of some rows, by subspace iteration on their covariance, and the eigenvectors of what it does to the
 * subspace (Rayleigh and Ritz).
 */
export function principalComponents(rows: readonly Float32Array[], count: number): PrincipalComponents {
  const size = rows[0].length;
  const mean = new Float64Array(size);
  for (const row of rows) for (let i = 0; i < size; i++) mean[i] += row[i] / rows.length;
  const covariance = covarianceOf(rows, mean);
  const random = randomSource(1);
  const start = Array.from({ length: Math.min(count + spare, size) }, () =>
    Float64Array.from({ length: size }, () => normal(random)),
  );
  let basis = orthonormal(start);
  for (let i = 0; i < iterations; i++) basis = orthonormal(basis.map((v) => times(covariance, v)));
  const images = basis.map((v) => times(covariance, v));
  const { values, vectors } = eigen(basis.map((v) => images.map((image) => dot(v, image))));
  const order = basis.map((_, k) => k).sort((a, b) => values[b] - values[a]);
  const kept = order.slice(0, count);
  const directions = kept.map((k) => combination(basis, (i) => vectors[i * basis.length + k]));
  const variances = kept.map((k) => values[k]);
  const total = covariance.reduce((sum, row, i) => sum + row[i], 0);
  return { mean, directions, variances, explained: variances.reduce((a, b) => a + b, 0) / total };
}

function covarianceOf(rows: readonly Float32Array[], mean: Float64Array): Float64Array[] {
  const size = mean.length;
  const covariance = Array.from({ length: size }, () => new Float64Array(size));
  const centred = new Float64Array(size);
  for (const row of rows) {
    for (let i = 0; i < size; i++) centred[i] = row[i] - mean[i];
    for (let i = 0; i < size; i++) {
      const [own, factor] = [covariance[i], centred[i] / rows.length];
      for (let j = 0; j < size; j++) own[j] += factor * centred[j];
    }
  }
  return covariance;
}

/** Eigenvalues and vectors `[n, n]` of a symmetric matrix. */
function eigen(matrix: number[][]): { values: ArrayLike<number>; vectors: ArrayLike<number> } {
  const [values, vectors] = np.linalg.eigh(np.array(matrix));
  return { values: values.dataSync() as Float32Array, vectors: vectors.dataSync() as Float32Array };
}

const times = (matrix: readonly Float64Array[], v: Float64Array): Float64Array =>
  Float64Array.from(matrix, (row) => dot(row, v));

function combination(vectors: readonly Float64Array[], weight: (i: number) => number): Float64Array {
  const sum = new Float64Array(vectors[0].length);
  for (const [i, v] of vectors.entries()) for (let j = 0; j < sum.length; j++) sum[j] += weight(i) * v[j];
  return sum;
}

/** Gram and Schmidt, each vector against those before. */
function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const done: Float64Array[] = [];
  for (const given of vectors) {
    const v = given.slice();
    for (const u of done) {
      const share = dot(u, v);
      for (let i = 0; i < v.length; i++) v[i] -= share * u[i];
    }
    const norm = Math.sqrt(dot(v, v));
    done.push(v.map((x) => x / norm));
  }
  return done;
}
