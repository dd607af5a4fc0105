import { ProtocolError } from './protocol-error.ts'

// RFC 8707 §2 lets `resource` be repeated; every other parameter appears at most once.
const repeatable = new Set(['resource'])

/** Request parameters, from the query or from a form body, read by the rules of RFC 6749 §3.1 and §3.2. */
export class Parameters {
  readonly #pairs: URLSearchParams
  /** As it was sent. */
  readonly encoded: string

  constructor(encoded: string | URLSearchParams) {
    this.encoded = encoded.toString()
    this.#pairs = new URLSearchParams(encoded)
  }

  /** The value; undefined when absent or empty, which RFC 6749 §3.1 treats alike. */
  get(name: string): string | undefined {
    return this.#pairs.get(name) || undefined
  }

  all(name: string): string[] {
    return this.#pairs.getAll(name).filter((value) => value !== '')
  }

  /** The value, or `invalid_request` naming what is missing. */
  require(name: string): string {
    const value = this.get(name)
    if (value === undefined) throw new ProtocolError('invalid_request', `The parameter ${name} is missing.`)
    return value
  }

  /** The first parameter that is sent twice although it may appear only once. */
  duplicated(): string | undefined {
    const seen = new Set<string>()
    for (const name of this.#pairs.keys()) {
      if (seen.has(name) && !repeatable.has(name)) return name
      seen.add(name)
    }
    return undefined
  }

  /** The first value of each parameter. */
  record(): Record<string, string> {
    return Object.fromEntries([...this.#pairs].reverse())
  }
}
