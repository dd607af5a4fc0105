import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One provider as the data set has it: plain JSON, read field by field. */
export type ProviderRecord = Readonly<Record<string, unknown>> & { readonly id: string; readonly name: string }

/** Scopes of a mail preset by protocol: `imap`, `smtp`, `caldav` … */
export interface MailPreset {
  readonly oauth: {
    readonly provider: string
    readonly scopes: Readonly<Record<string, readonly string[]>>
  } | null
}

/** A source: what names it in `agreement`, its repository, and when it was read. */
export interface SourceRecord {
  readonly source: string
  readonly repository: string
  readonly readFrom: string | readonly { readonly date: string }[]
}

export interface DataSet {
  readonly providers: readonly ProviderRecord[]
  readonly mail: readonly MailPreset[]
  readonly sources: readonly SourceRecord[]
}

/** Reads a data set: providers.json, mail.json and sources.json of one folder. */
export function readDataSet(folder: string): DataSet {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'))
  return {
    providers: read('providers.json') as ProviderRecord[],
    mail: read('mail.json') as MailPreset[],
    sources: read('sources.json') as SourceRecord[],
  }
}

/**
 * Takes fields out of a record one by one, and tells what nobody took: a fact that the conversion does not know must
 * not get lost in silence.
 */
export class Fields {
  readonly #record: Readonly<Record<string, unknown>>
  readonly #where: string
  readonly #taken = new Set<string>()

  constructor(record: Readonly<Record<string, unknown>>, where: string) {
    this.#record = record
    this.#where = where
  }

  take(name: string): unknown {
    this.#taken.add(name)
    return this.#record[name]
  }

  text(name: string): string | undefined {
    const value = this.take(name)
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'string') throw new Error(`${this.#where}: ${name} is no text`)
    return value
  }

  number(name: string): number | undefined {
    const value = this.take(name)
    if (value === undefined) return undefined
    if (typeof value !== 'number') throw new Error(`${this.#where}: ${name} is no number`)
    return value
  }

  texts(name: string): readonly string[] {
    const value = this.take(name)
    if (value === undefined) return []
    if (!Array.isArray(value) || value.some((one) => typeof one !== 'string')) {
      throw new Error(`${this.#where}: ${name} is no list of texts`)
    }
    return value as string[]
  }

  record(name: string): Readonly<Record<string, unknown>> | undefined {
    const value = this.take(name)
    if (value === undefined) return undefined
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new Error(`${this.#where}: ${name} is no object`)
    }
    return value as Record<string, unknown>
  }

  map(name: string): Readonly<Record<string, string>> | undefined {
    return this.record(name) as Readonly<Record<string, string>> | undefined
  }

  inner(name: string): Fields | undefined {
    const value = this.record(name)
    return value === undefined ? undefined : new Fields(value, `${this.#where}.${name}`)
  }

  /** Throws when something of the record was not taken. */
  finish(): void {
    const left = Object.keys(this.#record).filter((name) => !this.#taken.has(name))
    if (left.length > 0) throw new Error(`${this.#where}: the conversion does not know ${left.join(', ')}`)
  }
}
