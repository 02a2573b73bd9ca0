/** What all test files look at, made once: the real bundles, and every variant of the stack with what the rules say of it. */
import type { TestProject } from 'vitest/node';
import { bundleFunctions } from '../scripts/bundle.ts';
import { type Synthesised, synthesise, VARIANTS, type Variant } from './variants.ts';

export async function setup(project: TestProject): Promise<void> {
  await bundleFunctions();
  const variants = Object.keys(VARIANTS) as Variant[];
  const made = Object.fromEntries(variants.map((variant) => [variant, synthesise(variant)]));
  project.provide('synthesised', made as Record<Variant, Synthesised>);
}
