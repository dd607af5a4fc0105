import { type AccessToken, isOAuthError, missingScopes, type Want } from '@evergrant/core'
import type { TokenResult, TokenWant } from '../contract/index.ts'
import type { Deps } from '../deps.ts'
import type { Metrics } from '../metrics.ts'
import { AtAccount, problemOf, Refusal } from '../problem.ts'
import type { KnownKey } from '../security/api-keys.ts'
import { assertKeyIsFor } from '../security/guard.ts'
import type { ProgramUses } from './program-uses.ts'
import { generationOf, TokenTexts, tokenResult } from './token-result.ts'
import type { Tokens } from './tokens.ts'

/** A request: its name in the log, and where it came from. */
interface Asked {
  readonly id: string
  readonly ip: string
}

/** Where programs with API keys get tokens: within what the key is for, counted, and with errors that say where to mend them. */
export class TokenDesk {
  readonly #tokens: Tokens
  readonly #uses: ProgramUses
  readonly #metrics: Metrics
  readonly #deps: Deps
  readonly #texts = new TokenTexts()

  constructor(deps: Deps, tokens: Tokens, uses: ProgramUses, metrics: Metrics) {
    this.#deps = deps
    this.#tokens = tokens
    this.#uses = uses
    this.#metrics = metrics
  }

  /**
   * The answer as JSON, when it is known without asking anybody: any token will do, one is held that need not be renewed, and
   * the key may have whatever was granted. Never waits. Undefined: {@link hand} has to be asked.
   */
  held(id: string, want: TokenWant, key: KnownKey | undefined, asked: Asked): string | undefined {
    if (!isPlain(want) || !mayHaveAny(key, id)) return undefined
    const { clock } = this.#deps
    const began = clock.monotonic()
    // Read once: at tens of thousands of answers a second, asking the clock for each part of one is a part of its cost.
    const now = clock.now()
    const token = this.#tokens.held(id, now, want.min_ttl)
    if (token === undefined) return undefined
    if (key !== undefined) this.#uses.note(key.id, id, 'token', () => asked.ip, now)
    const text = this.#texts.of(id, token, now)
    this.#metrics.tokenRequest(undefined, clock.monotonic() - began)
    return text
  }

  async hand(id: string, want: TokenWant, key: KnownKey | undefined, asked: Asked): Promise<TokenResult> {
    const { clock, publicUrl } = this.#deps
    const began = clock.monotonic()
    try {
      assertKeyIsFor(key, id)
      const token = await this.#newest(id, want, wantOf(want, key))
      if (key?.scopes !== undefined) {
        assertWithin(token, `${key.scopes} ${await this.#tokens.harmlessScopes(id)}`)
      }
      if (key !== undefined) this.#uses.note(key.id, id, 'token', () => asked.ip)
      this.#metrics.tokenRequest(undefined, clock.monotonic() - began)
      return tokenResult(id, token, clock.now())
    } catch (error) {
      this.#metrics.tokenRequest(problemOf(error, asked.id).problem.code, clock.monotonic() - began)
      if (!isOAuthError(error) || error.class !== 'consent') throw error
      throw new AtAccount(error, `${publicUrl}/accounts/${encodeURIComponent(id)}`)
    }
  }

  /** A program that tells only the fingerprint of the token that was refused means the one that is here, or none any more. */
  async #newest(id: string, { rejected_fingerprint }: TokenWant, want: Want | undefined): Promise<AccessToken> {
    const token = await this.#tokens.hand(id, want)
    if (rejected_fingerprint === undefined || generationOf(token) !== rejected_fingerprint) return token
    return this.#tokens.hand(id, { ...want, rejected: token.access_token })
  }
}

/** Whether any valid token will do. */
function isPlain(want: TokenWant): boolean {
  for (const field in want) if (field !== 'min_ttl') return false
  return true
}

/** Whether the key is for the account, and for whatever was granted to it. */
function mayHaveAny(key: KnownKey | undefined, account: string): boolean {
  return key?.scopes === undefined && (key?.accounts === undefined || key.accounts.has(account))
}

/** What is asked of the engine. A key with scopes of its own gets a token with those, and never one with more. */
function wantOf(given: TokenWant, key: KnownKey | undefined): Want | undefined {
  const { min_ttl, rejected } = given
  const scope = oneOf(given.scope, given.scopes?.join(' '), 'scopes') ?? key?.scopes
  const resource = oneOf(given.resource, given.audience, 'audience')
  if (min_ttl === undefined && scope === undefined && resource === undefined && rejected === undefined) return undefined
  const beyond = key?.scopes === undefined ? [] : missingScopes(scope, key.scopes)
  if (beyond.length > 0) throw new Refusal('API_KEY_SCOPE', `This API key is not for the scope ${beyond.join(' ')}.`)
  return { minTtl: min_ttl, scope, resource, rejected }
}

function oneOf(value: string | undefined, other: string | undefined, field: string): string | undefined {
  if (value === undefined || other === undefined || value === other) return value ?? other
  throw new Refusal('INVALID_REQUEST', `${field} says something else than its other name does. Give one of the two.`, {
    field,
  })
}

/** Some providers give more than they were asked for. */
function assertWithin({ scope }: AccessToken, allowed: string): void {
  const beyond = missingScopes(scope, allowed)
  if (beyond.length === 0) return
  const message = `The provider gave a token with ${beyond.join(' ')} too, which this API key is not for.`
  throw new Refusal('API_KEY_SCOPE', message)
}
