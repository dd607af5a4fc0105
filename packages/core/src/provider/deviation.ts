import type { AnswerBody } from '../answer/answer-body.ts'
import type { TokenAnswer } from '../answer/token-answer.ts'
import type { Client } from '../client/client.ts'

/** Settings of a deviation as a definition holds them: JSON. */
export type DeviationSettings = Readonly<Record<string, unknown>>

/** A token request before it leaves; a deviation returns a changed one. */
export interface TokenRequestDraft {
  readonly url: string
  readonly method: 'POST' | 'GET'
  readonly format: 'form' | 'json' | 'query'
  readonly headers: Headers
  /** Under the names that are sent, with the client's own credentials. */
  readonly parameters: URLSearchParams
}

/**
 * What departs from the RFCs in a way that values cannot say. Hooks are called in the order of the definition; each
 * sees what the one before returned. What they throw ends the request it concerns.
 */
export interface Deviation {
  /** Sees the callback before its code is used; throws when it must not be. */
  callback?(parameters: URLSearchParams, client: Client): void | Promise<void>
  /** Changes a token request. `signal`: its deadline, for requests of the hook's own. */
  request?(
    draft: TokenRequestDraft,
    client: Client,
    signal: AbortSignal,
  ): TokenRequestDraft | Promise<TokenRequestDraft>
  /** Reads the fields of an answer that are in no form core knows; undefined leaves them as they are. */
  fields?(answer: AnswerBody): Readonly<Record<string, unknown>> | undefined
  /** Adds to a token answer what takes another request. */
  answered?(answer: TokenAnswer, client: Client): TokenAnswer | Promise<TokenAnswer>
}

/** Makes a deviation from its settings; throws `INVALID_ARGUMENT` when they cannot be. */
export type DeviationMaker = (settings: DeviationSettings) => Deviation

/** Deviations by the names that definitions use. */
export type DeviationRegistry = Readonly<Record<string, DeviationMaker>>
