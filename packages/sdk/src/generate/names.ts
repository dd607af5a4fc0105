import { invalidDocument, type Path } from '../description/invalid-document.ts'

/** `my-auth` and `my_auth` as `MyAuth`; `OAuthACG` stays. Undefined: it has no letter or digit for it. */
export function typeName(name: string): string | undefined {
  const words = name.match(/[A-Za-z0-9]+/g)
  if (words === null) return undefined
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
  return /^\d/.test(joined) ? `_${joined}` : joined
}

/** `file:read` as `FILE_READ`; of a scope that is an address, what comes after its host. Undefined as above. */
export function constantName(scope: string): string | undefined {
  if (scope === '*') return 'ALL'
  const path = scope.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*(?=\/.)/i, '')
  const words = path.replace(/([a-z0-9])([A-Z])/g, '$1_$2').match(/[A-Za-z0-9]+/g)
  if (words === null) return undefined
  const joined = words.join('_').toUpperCase()
  return /^\d/.test(joined) ? `_${joined}` : joined
}

/**
 * Names in TypeScript by names in the document; `numbered` makes one for a name in other letters than Latin ones. Two that
 * would be the same are `INVALID_DOCUMENT`.
 */
export function distinctNames(
  given: readonly string[],
  make: (name: string) => string | undefined,
  numbered: (number: number) => string,
  pathOf: (name: string) => Path,
): ReadonlyMap<string, string> {
  const taken = new Map<string, string>()
  const names = new Map<string, string>()
  let last = 0
  const free = (): string => {
    do last += 1
    while (taken.has(numbered(last)))
    return numbered(last)
  }
  // Those that have a name of their own first, so that no number takes it.
  const own = given.filter((name) => make(name) !== undefined)
  for (const name of [...own, ...given.filter((one) => !own.includes(one))]) {
    const made = make(name) ?? free()
    const other = taken.get(made)
    if (other !== undefined)
      throw invalidDocument(pathOf(name), `"${name}" and "${other}" would both be ${made} in TypeScript; rename one.`)
    taken.set(made, name)
    names.set(name, made)
  }
  return names
}

/** A key of an object or a type as it is written: quoted where it has to be. */
export function key(name: string): string {
  // Written in any other way it would be the prototype.
  if (name === '__proto__') return `[${quoted(name)}]`
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name)
}

/** JSON as TypeScript that means the same. */
export function literal(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/^( *)"__proto__":/gm, '$1["__proto__"]:')
}

/** What TypeScript takes every object to have: a property of that name and another type is at odds with all literals. */
const INHERITED: ReadonlySet<string> = new Set([
  'constructor',
  'hasOwnProperty',
  'isPrototypeOf',
  'propertyIsEnumerable',
  'toLocaleString',
  'toString',
  'valueOf',
])

/** Whether every object has it, as far as TypeScript knows. */
export function isInherited(name: string): boolean {
  return INHERITED.has(name)
}

/** How a property is reached. */
export function property(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${quoted(name)}]`
}

/** A text as TypeScript writes it. */
export function quoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}

/** Words of the document inside of a comment: on one line, and unable to end it. */
export function comment(words: string): string {
  return words.replaceAll('*/', '*\\/').replace(/\s+/g, ' ').trim()
}
