import {
  type Client,
  type ClientAuthentication,
  defineClient,
  EitherProof,
  secretAuthentication,
} from '@evergrant/core'
import { provider } from '@evergrant/providers'
import type { ClientAuth } from '../contract/index.ts'
import type { Deps } from '../deps.ts'
import type { Reach } from '../security/reach.ts'
import { ClientSecrets, type Taken } from './client-secrets.ts'
import { type ConnectionRow, parametersOf } from './connection-row.ts'

/** Which secret the provider has taken, of a connection that has two. */
export interface SecretTaken {
  readonly id: string
  readonly revision: number
  readonly taken: Taken
}

interface Made {
  readonly revision: number
  readonly client: Promise<Client>
}

/** The OAuth clients that are made of connections. */
export class ConnectionClients {
  readonly #deps: Deps
  readonly #reach: Reach
  readonly #secrets: ClientSecrets
  readonly #onTaken: (taken: SecretTaken) => void
  readonly #made = new Map<string, Made>()

  /** `onTaken` hears which of two secrets a provider has taken, when that is news for this process. */
  constructor(deps: Deps, reach: Reach, onTaken: (taken: SecretTaken) => void = () => undefined) {
    this.#deps = deps
    this.#reach = reach
    this.#secrets = new ClientSecrets(deps.cipher, deps.clock)
    this.#onTaken = onTaken
  }

  /** Made once per change of the settings, so that discovery is done once. */
  of(row: ConnectionRow): Promise<Client> {
    const made = this.#made.get(row.id)
    if (made?.revision === row.revision) return made.client
    const client = this.fresh(row)
    this.#made.set(row.id, { revision: row.revision, client })
    client.catch(() => this.#made.delete(row.id))
    return client
  }

  /** One that shares nothing with the one that is kept: for a check from the ground up, and for settings before they are stored. */
  async fresh(row: ConnectionRow, onTaken?: (taken: Taken) => void): Promise<Client> {
    const { id, revision } = row
    const { newer, older } = await this.#secrets.opened(row)
    const client_auth = (row.client_auth as ClientAuth | null) ?? undefined
    const { issuer, authorization_endpoint, token_endpoint } = row
    const given = {
      ...(issuer === null ? {} : { issuer }),
      ...(authorization_endpoint === null ? {} : { authorization_endpoint }),
      ...(token_endpoint === null ? {} : { token_endpoint }),
    }
    // Providers whose address only the administrator knows have it as a parameter of their definition.
    const values = { ...(issuer === null ? {} : { issuer }), ...parametersOf(row) }
    const chosen = await provider(row.provider, values, given)
    const { authorization_endpoint: consent, token_endpoint: token } = chosen
    // Said when it is entered, and not when a person is waiting.
    for (const address of [chosen.issuer, consent, token]) {
      if (address !== undefined) this.#reach.assertPublic(address)
    }
    const proof = (secret: string): ClientAuthentication => secretAuthentication(chosen, secret, client_auth)
    const heard = (taken: Taken): void => {
      onTaken?.(taken)
      this.#onTaken({ id, revision, taken })
    }
    return defineClient({
      provider: chosen,
      client_id: row.client_id,
      client_secret: newer,
      client_auth:
        newer === undefined || older === undefined
          ? client_auth
          : EitherProof(proof(newer), proof(older), { onTaken: heard }),
      redirect_uris: [this.redirectUri(id)],
      http: { fetch: this.#reach.fetch, clock: this.#deps.clock },
    })
  }

  /** The connection is gone. */
  forget(id: string): void {
    this.#made.delete(id)
  }

  redirectUri(id: string): string {
    return `${this.#deps.publicUrl}/oauth/callback/${id}`
  }
}
