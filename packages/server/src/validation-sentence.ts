import { counted } from '@evergrant/core'
import { ALLOWED } from './contract/text.ts'

/** What a validator found; of a schema that is read as data. */
export interface Fault {
  readonly keyword: string
  /** JSON pointer into what was sent. */
  readonly instancePath: string
  readonly params: Readonly<Record<string, unknown>>
  readonly parentSchema?: Readonly<Record<string, unknown>> | undefined
}

/** Where it was sent. */
export type Place = 'body' | 'querystring' | 'params' | 'headers'

/** What is wrong with a request, for a person and for a program. */
export interface Wrong {
  readonly message: string
  /** Undefined: all of it. */
  readonly field: string | undefined
}

/** A name that somebody made up is repeated so far. */
const LONGEST_NAME = 100

/** One sentence that names the parameter or field and what it may be, in place of a validator's words. */
export function wrongWith(faults: readonly Fault[], place: Place): Wrong {
  const fault = telling(faults)
  const path = (fault?.instancePath ?? '').split('/').slice(1).map(unescaped)
  const { missingProperty, additionalProperty } = fault?.params ?? {}
  const named = missingProperty ?? additionalProperty
  const field = [...path, ...(typeof named === 'string' ? [named] : [])].join('.').slice(0, LONGEST_NAME)
  return { message: sentence(fault, field, place), field: field === '' ? undefined : field }
}

function sentence(fault: Fault | undefined, name: string, place: Place): string {
  const isField = place === 'body'
  if (name === '' || fault === undefined) {
    const allowed = fault === undefined ? undefined : allowedBy(fault)
    const message =
      allowed === undefined ? 'The request is not in the form that is needed.' : `The body has to be ${allowed}.`
    return message
  }
  if (fault.keyword === 'required') {
    const message = isField ? `The field "${name}" is missing.` : `The parameter "${name}" is missing.`
    return message
  }
  if (fault.keyword === 'additionalProperties') {
    const known = Object.keys((fault.parentSchema?.['properties'] as object | undefined) ?? {}).join(', ')
    const message = isField
      ? `There is no field "${name}" here. Known are ${known}.`
      : `There is no parameter "${name}" here. Known are ${known}.`
    return message
  }
  const allowed = allowedBy(fault)
  if (allowed === undefined) {
    const message = isField
      ? `The field "${name}" is not in the form that is needed.`
      : `The parameter "${name}" is not in the form that is needed.`
    return message
  }
  const message = isField
    ? `The field "${name}" has to be ${allowed}.`
    : `The parameter "${name}" has to be ${allowed}.`
  return message
}

/** Of several faults the one that tells most: alternatives are told together, and what was meant before what was not. */
function telling(faults: readonly Fault[]): Fault | undefined {
  const last = faults.at(-1)
  if (last?.keyword !== 'anyOf') return faults[0]
  if (constantsOf(last) !== undefined) return last
  return faults.find(({ keyword }) => keyword !== 'const' && keyword !== 'type') === last
    ? faults[0]
    : (faults.find(({ keyword }) => keyword !== 'const' && keyword !== 'type') ?? faults[0])
}

function constantsOf({ parentSchema }: Fault): readonly string[] | undefined {
  const branches = parentSchema?.['anyOf']
  if (!Array.isArray(branches)) return undefined
  const values = branches.map((branch: { readonly const?: unknown }) => branch.const)
  return values.every((value) => value !== undefined) ? values.map(String) : undefined
}

/** What it may be, as the end of a sentence. Undefined: nothing short can be said. */
function allowedBy(fault: Fault): string | undefined {
  const { keyword, params, parentSchema = {} } = fault
  const limit = params['limit']
  const said = parentSchema[ALLOWED]
  if (typeof said === 'string' && keyword === 'pattern') return said
  let words: string | undefined
  switch (keyword) {
    case 'type':
      return types[String(params['type'])]
    case 'anyOf':
      words = `one of ${(constantsOf(fault) ?? []).join(', ')}`
      return words
    case 'const':
      words = `nothing but ${String(params['allowedValue'])}`
      return words
    case 'minLength':
      words = limit === 1 ? 'text that is not empty' : `text of at least ${counted(Number(limit), 'character')}`
      return words
    case 'maxLength':
      words = `text of at most ${counted(Number(limit), 'character')}`
      return words
    case 'minimum':
    case 'exclusiveMinimum':
      words = `a number of ${limit} or more`
      return words
    case 'maximum':
    case 'exclusiveMaximum':
      words = `a number of ${limit} or less`
      return words
    case 'minItems':
      words = `a list of at least ${limit}`
      return words
    case 'maxItems':
      words = `a list of at most ${limit}`
      return words
    case 'pattern':
      words = 'text that is not empty'
      return parentSchema['pattern'] === '\\S' ? words : undefined
    default:
      return undefined
  }
}

const types: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a JSON object',
}

/** RFC 6901 §4. */
const unescaped = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~')
