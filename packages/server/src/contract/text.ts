import { type TSchemaOptions, type TString, Type } from 'typebox'

/** The keyword by which a schema says in words what a text may be, where its pattern says it to programs: errors tell it. */
export const ALLOWED = 'x-allowed'

/** A text of a certain form. `allowed` ends the sentence "… has to be …". */
export const Formed = (pattern: string, allowed: string, options: TSchemaOptions = {}): TString =>
  Type.String({ ...options, pattern, [ALLOWED]: allowed })

/** A whole number in an address, where everything is text. */
export const Digits = (pattern: string, from: number, to: number, options: TSchemaOptions = {}): TString =>
  Formed(pattern, `a whole number from ${from} to ${to}`, options)

/** Control characters (Unicode's Cc) and what ends a line elsewhere: in a name they are an accident or a trick. */
const NO_LINE = '\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029'

/** A letter of a script whose words are written with invisible joiners. */
const JOINED = `(?=[\\p{L}\\p{M}])[${[
  'Arab',
  'Syrc',
  'Nkoo',
  'Mong',
  'Deva',
  'Beng',
  'Guru',
  'Gujr',
  'Orya',
  'Taml',
  'Telu',
  'Knda',
  'Mlym',
  'Sinh',
  'Khmr',
  'Mymr',
]
  .map((script) => `\\p{Script=${script}}`)
  .join('')}]`

/** Where one picture is made of several. */
const PICTURES = '(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f])\\u200d(?=\\p{Extended_Pictographic})'

/** What makes two names look the same, or turns one around, is in none: but for joiners where they shape letters or pictures. */
const SEEN = `(?:[^${NO_LINE}\\p{Cf}]|(?<=${JOINED})[\\u200c\\u200d](?=${JOINED})|${PICTURES})`

/** A new name: one line, something in it, and nothing that is not seen. */
export const Line = (maxLength: number, options: TSchemaOptions = {}): TString =>
  Formed(`^(?=.*\\S)${SEEN}*$`, 'one line of text that is not empty, without invisible characters', {
    ...options,
    minLength: 1,
    maxLength,
  })

/** A name that somebody got before, as they type it to sign in. */
export const KnownLine = (maxLength: number, options: TSchemaOptions = {}): TString =>
  Formed(`^(?=.*\\S)[^${NO_LINE}]*$`, 'one line of text that is not empty', { ...options, minLength: 1, maxLength })

/** The same where nothing may be said. */
export const OptionalLine = (maxLength: number, options: TSchemaOptions = {}): TString =>
  Formed(`^[^${NO_LINE}]*$`, 'one line of text', { ...options, maxLength })
