import type { ProviderDefinition } from '@evergrant/core'

/** One loader per provider: reading one provider reads one file. */
export const catalogue: Readonly<Record<string, () => Promise<ProviderDefinition>>> = {
  generic: async () =>
    (await import('../catalog/generic.json', { with: { type: 'json' } })).default as ProviderDefinition,
  google: async () =>
    (await import('../catalog/google.json', { with: { type: 'json' } })).default as ProviderDefinition,
  microsoft: async () =>
    (await import('../catalog/microsoft.json', { with: { type: 'json' } })).default as ProviderDefinition,
  sandbox: async () =>
    (await import('../catalog/sandbox.json', { with: { type: 'json' } })).default as ProviderDefinition,
}
