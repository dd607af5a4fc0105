import type { Path } from '../provider/answer-rules.ts'

/** What stands at a path; undefined when nothing does. Only own fields are found. */
export function at(whole: unknown, path: Path): unknown {
  if (path === '') return whole
  const [name = '', ...more] = path.split('.')
  const rest = more.join('.')
  if (!name.endsWith('[]')) return at(own(whole, name), rest)
  const list = name === '[]' ? whole : own(whole, name.slice(0, -2))
  return Array.isArray(list) ? list.map((one) => at(one, rest)) : undefined
}

function own(whole: unknown, name: string): unknown {
  if (typeof whole !== 'object' || whole === null || !Object.hasOwn(whole, name)) return undefined
  return (whole as Record<string, unknown>)[name]
}

function first(whole: unknown, paths: Path | readonly Path[]): unknown {
  return typeof paths === 'string' ? at(whole, paths) : paths.map((path) => at(whole, path)).find((one) => one != null)
}

/** What stands at several paths, by name; of a list of paths the first that leads somewhere. Without what is missing or null. */
export function picked(
  whole: unknown,
  paths: Readonly<Record<string, Path | readonly Path[]>>,
): Record<string, unknown> {
  const found = Object.entries(paths).map(([name, path]) => [name, first(whole, path)] as const)
  return Object.fromEntries(found.filter(([, value]) => value !== undefined && value !== null))
}
