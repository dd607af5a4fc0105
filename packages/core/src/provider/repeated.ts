import type { Provider } from './resolve.ts'

/** The parameters of the callback that token requests repeat, from what was kept of it. */
export function repeatedParameters(
  { callback }: Provider,
  metadata: Readonly<Record<string, unknown>> = {},
): Record<string, string> {
  const names = callback?.repeated ?? []
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = Object.hasOwn(metadata, name) ? metadata[name] : undefined
      return typeof value === 'string' ? [[name, value]] : []
    }),
  )
}
