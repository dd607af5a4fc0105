import { BoundedMap } from './bounded-map.ts'
import type { CodeChallenge } from './codes.ts'
import { opaqueToken } from './opaque.ts'

/** An authorization request that passed its checks and waits for a person's answer. */
export interface AuthorizationRequest {
  readonly kind: 'authorization'
  readonly clientId: string
  readonly redirectUri: string
  readonly redirectUriSent: boolean
  /** The answer goes as a form that the browser posts (OAuth 2.0 Form Post Response Mode). */
  readonly formPost?: boolean | undefined
  readonly scope: string
  readonly resources: readonly string[]
  readonly state?: string | undefined
  readonly nonce?: string | undefined
  readonly pkce?: CodeChallenge | undefined
  readonly loginHint?: string | undefined
  readonly authority?: string | undefined
}

/** A device's request, shown to the person who typed its user code. */
export interface DeviceRequest {
  readonly kind: 'device'
  readonly clientId: string
  readonly scope: string
  readonly userCode: string
  readonly loginHint?: undefined
}

export interface Interaction {
  readonly request: AuthorizationRequest | DeviceRequest
  /** The browser it was shown to: the answer must come from the same one. */
  readonly browser: string
  readonly expiresAt: number
}

const lifetime = 3600

/** Consent pages that are open. Each takes one answer, from the browser it was shown in: no other site can give it. */
export class Interactions {
  readonly #open = new BoundedMap<Interaction>(10_000)

  begin(request: Interaction['request'], browser: string, now: number): string {
    const id = opaqueToken()
    this.#open.set(id, { request, browser, expiresAt: now + lifetime })
    return id
  }

  /** Takes the interaction: a second answer, one from another browser, and a late one find nothing. */
  take(id: string, browser: string | undefined, now: number): Interaction | undefined {
    const interaction = this.#open.get(id)
    if (interaction === undefined || interaction.browser !== browser) return undefined
    this.#open.take(id)
    return now < interaction.expiresAt ? interaction : undefined
  }
}
