import { Refusal } from './problem.ts'
import type { App } from './routes/app-type.ts'

/** Beyond this nothing that a route takes is nested. */
const DEEPEST = 10
/** A name that somebody made up is repeated so far. */
const LONGEST_NAME = 100

/**
 * Refuses control characters in every text of a request, but for tabs and line ends: no field means them, PostgreSQL cannot store the first
 * of them, and in a log or a terminal they do what they like. Names have a pattern besides, by which they are one line.
 * And halves of characters (lone surrogates, which JSON can spell): they are stored as another text than was sent.
 */
export function textGuard(app: App): void {
  // Before anybody is looked for by what stands in an address; a body is read later.
  app.addHook('onRequest', ({ params, query }, _, done) =>
    done(textRefusal(params, false) ?? textRefusal(query, false)),
  )
  app.addHook('preValidation', ({ body }, _, done) => done(textRefusal(body, true)))
}

/** Why such a text is refused; undefined: there is none. */
export function textRefusal(sent: unknown, isBody: boolean): Refusal | undefined {
  const found = faultIn(sent, 0)
  if (found === undefined) return undefined
  const name = found.place.slice(0, LONGEST_NAME).toWellFormed()
  const field = name === '' ? undefined : name
  if (found.fault === 'half') {
    const message = isBody
      ? `The field "${name}" has half a character in it.`
      : `The parameter "${name}" has half a character in it.`
    return new Refusal('INVALID_REQUEST', field ? message : 'The body has half a character in it.', { field })
  }
  const message = isBody
    ? `The field "${name}" has control characters in it.`
    : `The parameter "${name}" has control characters in it.`
  return new Refusal('INVALID_REQUEST', field ? message : 'The body has control characters in it.', { field })
}

interface TextFault {
  readonly fault: 'control' | 'half'
  readonly place: string
}

/** What is wrong with the first such text, and where it is; undefined: there is none. */
function faultIn(value: unknown, depth: number): TextFault | undefined {
  if (typeof value === 'string') return faultOf(value, '')
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return undefined
  for (const [key, inner] of Object.entries(value)) {
    const named = faultOf(key, clean(key))
    if (named !== undefined) return named
    const found = faultIn(inner, depth + 1)
    if (found !== undefined)
      return { ...found, place: [clean(key), found.place].filter((part) => part !== '').join('.') }
  }
  return undefined
}

function faultOf(text: string, place: string): TextFault | undefined {
  if (hasControls(text)) return { fault: 'control', place }
  return text.isWellFormed() ? undefined : { fault: 'half', place }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/

const hasControls = (text: string): boolean => CONTROLS.test(text)

/** Names of fields are repeated. */
const clean = (text: string): string => text.toWellFormed().replace(/\p{Cc}/gu, '?')
