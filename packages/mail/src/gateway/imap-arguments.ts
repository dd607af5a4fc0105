/** A literal at the end of a line: so many octets follow, after a `+` of ours when `waits` (RFC 3501 §4.3, RFC 7888). */
export interface Literal {
  readonly size: number
  readonly waits: boolean
}

/** Of a line's end, so much is enough to see whether a literal follows. */
export const TAIL = 24

/** The literal that a line ends with, which may be given by its tail; of more octets than a number can have, it is endless. */
export function literalAfter(line: string): Literal | undefined {
  // Most lines end otherwise, and there are many.
  if (!line.endsWith('}') && !line.endsWith('}\r')) return undefined
  // Of more digits than the tail holds, the brace before them is missing.
  const [, digits = '', plus] = /(?:\{|^(?=[\s\S]{24}))(\d+)(\+?)\}\r?$/.exec(line.slice(-TAIL)) ?? []
  if (plus === undefined) return undefined
  return { size: digits.length > 15 ? Number.POSITIVE_INFINITY : Number(digits), waits: plus === '' }
}

/** The strings on a line, and the literal that it ends with. */
export interface Arguments {
  readonly values: readonly string[]
  readonly literal?: Literal | undefined
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what an atom may not have
const ATOM = /^[^\s"(){%*\\\u0000-\u001f\u007f]+/
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a string may not have
const QUOTED = /^"((?:[^"\\\r\n\u0000]|\\["\\])*)"/
const LITERAL = /^\{(\d{1,9})(\+?)\}$/

/** Reads atoms, quoted strings and a literal's announcement; undefined for what is none of them. */
export function readArguments(text: string): Arguments | undefined {
  const values: string[] = []
  let rest = text
  while (rest !== '') {
    const literal = LITERAL.exec(rest)
    if (literal !== null) return { values, literal: { size: Number(literal[1]), waits: literal[2] === '' } }
    const quoted = QUOTED.exec(rest)
    const atom = quoted === null ? ATOM.exec(rest) : null
    const found = quoted ?? atom
    if (found === null) return undefined
    values.push(quoted === null ? found[0] : (quoted[1] ?? '').replace(/\\(["\\])/g, '$1'))
    rest = rest.slice(found[0].length)
    if (rest === '') break
    if (!rest.startsWith(' ') || rest === ' ') return undefined
    rest = rest.slice(1)
  }
  return { values }
}
