import { type TSchemaOptions, type TString, Type } from 'typebox'

/** Marks texts for people in a schema, so that the server says them in the language of the request. */
export const SPOKEN = 'x-spoken'

/**
 * A text for people, in the language of the request (`Accept-Language`, RFC 9110 section 12.5.4). Programs decide by the
 * fields beside it, which are the same in every language.
 */
export const Spoken = (options: TSchemaOptions = {}): TString => Type.String({ ...options, [SPOKEN]: true })
