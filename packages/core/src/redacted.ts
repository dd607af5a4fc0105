const PLACEHOLDER = '<redacted>'
/** What `console.log` and `util.inspect` look for in Node, Deno and Bun. */
const inspectSymbol = Symbol.for('nodejs.util.inspect.custom')

/**
 * A secret that does not print. `String`, `JSON.stringify` and `console.log` show a placeholder; only
 * {@link Redacted.reveal} gives the value.
 */
export class Redacted<T = string> {
  readonly #value: T

  constructor(value: T) {
    this.#value = value
    Object.defineProperty(this, inspectSymbol, { enumerable: false, value: () => PLACEHOLDER })
  }

  /** The secret itself. */
  reveal(): T {
    return this.#value
  }

  toString(): string {
    return PLACEHOLDER
  }

  toJSON(): string {
    return PLACEHOLDER
  }
}

/** Fields whose values never appear in `console.log`, logs or errors, wherever they occur. */
const SECRET_FIELDS = [
  'access_token',
  'refresh_token',
  'dpop_key',
  'id_token',
  'client_secret',
  'registration_access_token',
  'client_assertion',
  'assertion',
  'code',
  'code_verifier',
  'device_code',
  'auth_req_id',
  'client_notification_token',
  'password',
  'raw',
  'sealed',
] as const

/** A prototype for records that hold tokens: they stay plain JSON, but `console.log` hides the tokens. */
const quiet: object = Object.create(Object.prototype, {
  [inspectSymbol]: {
    enumerable: false,
    value(this: Record<string, unknown>) {
      const shown: Record<string, unknown> = {}
      for (const [key, value] of Object.entries(this)) {
        shown[key] = (SECRET_FIELDS as readonly string[]).includes(key) && value !== undefined ? PLACEHOLDER : value
      }
      return shown
    },
  },
})

/**
 * The same fields as an object that prints without its secrets. It can still be read, spread and serialised:
 * a token has to reach the store. `instead` replaces some of them, without a copy of all in between.
 */
export function quietly<T extends object>(fields: T, instead?: Partial<T>): T {
  return Object.assign(Object.create(quiet) as object, fields, instead) as T
}

/** Whether these fields came from {@link quietly} and cannot change any more: such an object needs no copy. */
export function isQuietly(fields: object): boolean {
  return Object.getPrototypeOf(fields) === quiet && Object.isFrozen(fields)
}

/** Also `accessToken`, `sessionToken`, `apiKey`: names that no standard knows. */
const NAMES = String.raw`[\w.:-]{0,40}(?:token|secret|assertion|password|passwd|api_?key)|code|code_verifier|device_code|auth_req_id`
const IN_JSON = new RegExp(String.raw`("(${NAMES})"\s*:\s*")((?:[^"\\]|\\.)*)`, 'gi')
const IN_FORM = new RegExp(String.raw`\b((?:${NAMES})=)[^&\s"'<]+`, 'gi')
const IN_MARKUP = new RegExp(`(<(?:${NAMES})>)[^<]+`, 'gi')
const IN_ADDRESS = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s:/@]{0,200}:)[^\s/@]{1,500}@/gi
const IN_HEADER = /\b(Bearer|Basic|DPoP)\s+[A-Za-z0-9._~+/=-]{8,}/g
const JWT = /\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+\.?[A-Za-z0-9_-]*/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]+/g

const BETWEEN_WORDS = /[_./-]|(?<=[a-z])(?=[A-Z])/
const WORD = /^(?:[A-Z]{1,15}|[A-Z]?[a-z]{1,14}|(?:[A-Z]{2,10})?\d{1,5})$/

/**
 * Whether a member named `code` holds what errors do: words such as `NOT_FOUND`, `InvalidToken` or `auth/expired`,
 * perhaps with a short number. An authorization code is one long run of letters and digits in any order; that of the
 * request is hidden as one of its secrets besides.
 */
function readsAsErrorCode(value: string): boolean {
  const words = value.length > 64 ? [] : value.split(BETWEEN_WORDS)
  const letters = value.replace(/[^A-Za-z]/g, '').length
  return (
    letters >= 3 * words.filter((word) => /[A-Za-z]/.test(word)).length &&
    letters > 0 &&
    words.every((word) => WORD.test(word))
  )
}

/** A shorter secret is a word as likely as not: hidden wherever it stood, it would eat the words of every answer. */
const SHORTEST = 8

/**
 * The text without secrets: the given ones of eight characters and more wherever they stand, and whatever looks like one
 * or stands under the name of one, however short. Line breaks and other control characters become spaces, so that nobody's
 * words can forge a log line or steer a terminal. For words that come from a provider and go into an error or a log.
 */
export function scrub(text: string, secrets: Iterable<string> = []): string {
  let clean = text
  for (const secret of secrets) if (secret.length >= SHORTEST) clean = clean.replaceAll(secret, PLACEHOLDER)
  return clean
    .replace(IN_JSON, (whole, before: string, name: string, value: string) =>
      name.toLowerCase() === 'code' && readsAsErrorCode(value) ? whole : `${before}${PLACEHOLDER}`,
    )
    .replace(IN_FORM, `$1${PLACEHOLDER}`)
    .replace(IN_MARKUP, `$1${PLACEHOLDER}`)
    .replace(IN_ADDRESS, `$1${PLACEHOLDER}@`)
    .replace(IN_HEADER, `$1 ${PLACEHOLDER}`)
    .replace(JWT, PLACEHOLDER)
    .replace(CONTROL, ' ')
}
