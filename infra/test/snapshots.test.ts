import { describe, expect, it } from 'vitest';
import { type Resource, synthesised, type Template, VARIANTS, type Variant } from './variants.ts';

/** Reviewed as code: `npm --prefix infra test -- -u` writes them again. The variants show only how they differ. */
describe('the templates', () => {
  const base = readable(synthesised('own VPC').template);

  it('are as reviewed: own VPC', async () => {
    await expect(`${JSON.stringify(base, null, 1)}\n`).toMatchFileSnapshot('snapshots/own-vpc.template.json');
  });

  it.each((Object.keys(VARIANTS) as Variant[]).filter((variant) => variant !== 'own VPC'))(
    'are as reviewed: %s',
    async (variant) => {
      const differences = differencesFrom(base, readable(synthesised(variant).template));

      await expect(`${JSON.stringify(differences, null, 1)}\n`).toMatchFileSnapshot(
        `snapshots/${variant.toLowerCase().replaceAll(' ', '-')}.differences.json`,
      );
    },
  );
});

/** Without what changes by itself: the hashes of assets, and where CDK and the rule packs put their notes. */
function readable({ Resources, Outputs }: Template): Template {
  const resources = Object.entries(Resources).map(([id, { Metadata: _, ...resource }]) => [id, resource]);
  const text = JSON.stringify({ Resources: Object.fromEntries(resources), Outputs });
  return JSON.parse(text.replaceAll(/[0-9a-f]{64}/g, '<hash>')) as Template;
}

function differencesFrom(base: Template, other: Template): object {
  const gone = Object.keys(base.Resources).filter((id) => !(id in other.Resources));
  const added: Record<string, Resource> = {};
  const changed: Record<string, unknown> = {};
  for (const [id, resource] of Object.entries(other.Resources)) {
    const before = base.Resources[id];
    if (before === undefined) added[id] = resource;
    else if (JSON.stringify(before) !== JSON.stringify(resource)) changed[id] = changedFields(before, resource);
  }
  return { gone, added, changed };
}

function changedFields(before: Resource, after: Resource): object {
  const names = new Set([...Object.keys(before.Properties ?? {}), ...Object.keys(after.Properties ?? {})]);
  const differ = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b);
  const properties = [...names]
    .filter((name) => differ(before.Properties[name], after.Properties[name]))
    .map((name) => [name, after.Properties[name] ?? null]);
  const policy = differ(before.DeletionPolicy, after.DeletionPolicy) ? { DeletionPolicy: after.DeletionPolicy } : {};
  return { ...Object.fromEntries(properties), ...policy };
}
