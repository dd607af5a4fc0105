import {
  beginAuthorization,
  type Client,
  finishAuthorization,
  type Grant,
  grant,
  memoryStore,
  OAuthError,
  type PendingAuthorization,
  userInfo,
} from '@evergrant/core'
import type { ConnectionClients } from '../connections/connection-clients.ts'
import { type ConnectionRow, signInRules } from '../connections/connection-row.ts'
import { type Connections, NO_SIGN_IN_BY_PRACTICE } from '../connections/connections.ts'
import type { SignInRules } from '../contract/index.ts'
import { writeMeta } from '../db/meta.ts'
import { sealedPlaces } from '../db/sealed-places.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../problem.ts'
import { isPractice, practiceIssuers } from '../sandbox/practice-provider.ts'
import { hashed, randomId } from '../security/secret.ts'
import { holdUsers, isNameTaken, withoutInvisible } from '../security/user-names.ts'
import { admission, type Visitor } from './admission.ts'
import { wayBack } from './way-back.ts'

const LIFETIME = 600
const SCOPE = 'openid profile email'

/** Who was let in. */
export interface SignedInThere {
  readonly user: string
  /** Made by this sign-in. */
  readonly isNew: boolean
  readonly connection: ConnectionRow
  readonly rules: SignInRules
  /** The address that they go on at. */
  readonly back: string
  /** What the provider knows them as, to be suggested when they connect an account there. */
  readonly hint: string | undefined
}

/** What is kept of a sign-in, sealed. */
interface Waiting extends PendingAuthorization {
  /** A path of the page, for the way back. */
  readonly return_to?: string
}

/** Sign-in with an OpenID provider, by the connections that administrators have flagged for it. */
export class SignIns {
  readonly #deps: Deps
  readonly #connections: Connections
  readonly #clients: ConnectionClients

  constructor(deps: Deps, connections: Connections, clients: ConnectionClients) {
    this.#deps = deps
    this.#connections = connections
    this.#clients = clients
  }

  /** The connections that people may sign in with. */
  async offered(): Promise<ConnectionRow[]> {
    const flagged = (await this.#connections.list()).filter((row) => signInRules(row) !== undefined)
    // Flagged by a version that took any.
    const practice = await Promise.all(flagged.map((row) => this.#connections.isPractice(row).catch(() => false)))
    return flagged.filter((_, index) => practice[index] !== true)
  }

  /**
   * Begins a sign-in that only the browser with this secret can finish.
   *
   * @param returnTo path of the page to go on at. It is kept here: nothing that comes back from the provider says where to go.
   */
  async begin(
    connectionId: string,
    browser: string,
    returnTo?: string,
  ): Promise<{ readonly url: string; readonly expires_at: number }> {
    const { cipher, clock, db, publicUrl } = this.#deps
    if (returnTo !== undefined && wayBack(publicUrl, returnTo) === undefined) {
      throw new Refusal('INVALID_REQUEST', 'The way back is no path of this server.', { field: 'return_to' })
    }
    const row = await this.#connections.get(connectionId)
    if (signInRules(row) === undefined) throw new Refusal('NOT_FOUND', 'Nobody signs in with this connection.')
    const client = await this.#clients.of(row)
    if (await this.#connections.isPractice(row)) throw practice()
    const { url, pending } = await beginAuthorization(client, {
      // Nothing is kept under it: whose sign-in it is turns out at its end.
      grant: `sign-in/${randomId()}`,
      redirect_uri: this.#clients.redirectUri(row.id),
      scope: SCOPE,
      hasRefreshToken: true,
      lifetime: LIFETIME,
    })
    const state_hash = hashed(pending.state)
    const waiting: Waiting = { ...pending, ...(returnTo === undefined ? {} : { return_to: returnTo }) }
    await db
      .insertInto('pending_sign_ins')
      .values({
        state_hash,
        browser_hash: hashed(browser),
        connection_id: row.id,
        pending: await cipher.seal(JSON.stringify(waiting), sealedPlaces.pendingSignIn(state_hash)),
        created_at: clock.now(),
        expires_at: pending.expires_at,
      })
      .execute()
    return { url, expires_at: Math.floor(pending.expires_at) }
  }

  /** Whether a callback with this `state` belongs to a sign-in. */
  async waits(state: string): Promise<boolean> {
    const found = await this.#deps.db
      .selectFrom('pending_sign_ins')
      .select('state_hash')
      .where('state_hash', '=', hashed(state))
      .executeTakeFirst()
    return found !== undefined
  }

  /**
   * Finishes a sign-in, in the browser that began it. Its tokens are kept apart from those of accounts: what programs
   * may do is asked for on its own, when an account is connected.
   *
   * Throws what finishing an authorization throws, and a `Refusal` when the person may not come in.
   */
  async finish(
    connectionId: string,
    state: string,
    callback: URLSearchParams,
    browser: string | undefined,
  ): Promise<SignedInThere | 'other_browser'> {
    const { cipher, db, publicUrl } = this.#deps
    const state_hash = hashed(state)
    const waiting = db.selectFrom('pending_sign_ins').select(['browser_hash', 'connection_id'])
    const row = await waiting.where('state_hash', '=', state_hash).executeTakeFirst()
    if (row === undefined) throw gone()
    if (row.connection_id !== connectionId) {
      throw new OAuthError(
        'STATE_MISMATCH',
        "This answer came to another connection's address than it was asked for at.",
      )
    }
    if (browser === undefined || hashed(browser) !== row.browser_hash) return 'other_browser'
    const taking = db.deleteFrom('pending_sign_ins').where('state_hash', '=', state_hash).returning('pending')
    const [taken] = await taking.execute()
    if (taken === undefined) throw gone()
    const opened = await cipher.open(taken.pending, sealedPlaces.pendingSignIn(state_hash))
    const { return_to: returnTo, ...pending } = JSON.parse(opened) as Waiting
    const connection = await this.#connections.get(connectionId)
    const rules = signInRules(connection)
    if (rules === undefined) throw new Refusal('NOT_FOUND', 'Nobody signs in with this connection any more.')
    const client = await this.#clients.of(connection)
    const signedIn = await finishAuthorization(client, { callback, pending, store: memoryStore() })
    const visitor = await visitorOf(client, signedIn, rules.trust_email)
    // Whatever the connection says where its provider is: this is who answered.
    if (isPractice(await practiceIssuers(db), [visitor.iss]) || (await this.#connections.isPractice(connection))) {
      throw practice()
    }
    const { user, isNew } = await this.#admit(visitor, rules)
    await this.#keep(signedIn, signInGrant(user, connectionId))
    const back = wayBack(publicUrl, returnTo ?? '/') ?? `${publicUrl}/`
    return { user, isNew, connection, rules, back, hint: visitor.email ?? signedIn.subject?.username }
  }

  /** Of two sign-ins at once, either one's tokens may stay. */
  async #keep(found: Grant, id: string): Promise<void> {
    const { store } = this.#deps
    const before = await store.get(id)
    await store.put(grant({ ...found, id, version: before?.version ?? 0 }), before?.version ?? 0)
  }

  async reap(): Promise<void> {
    const before = this.#deps.clock.now() - LIFETIME * 6
    await this.#deps.db.deleteFrom('pending_sign_ins').where('expires_at', '<', before).execute()
  }

  /** Of two first sign-ins at once, one makes the user: the write that comes first is held to the end of it. */
  #admit(visitor: Visitor, rules: SignInRules): Promise<{ readonly user: string; readonly isNew: boolean }> {
    const { clock } = this.#deps
    const { iss, sub, email } = visitor
    return this.#deps.db.transaction().execute(async (db) => {
      await writeMeta(db, 'somebody_admitted', sub)
      const identity = db.selectFrom('user_identities').select('user_id').where('iss', '=', iss).where('sub', '=', sub)
      const byIdentity = (await identity.executeTakeFirst())?.user_id
      const byEmail =
        email === undefined
          ? undefined
          : (await db.selectFrom('users').select('id').where('email', '=', email).executeTakeFirst())?.id
      const admitted = admission(visitor, { byIdentity, byEmail }, rules)
      if (admitted.as === 'refused') throw refused(admitted.reason, email)
      if (admitted.as === 'known') return { user: admitted.user, isNew: false }
      const user = admitted.as === 'bind' ? admitted.user : randomId()
      if (admitted.as === 'new') {
        // Somebody else may be called so; names are for people, and can be changed.
        await holdUsers(db)
        const seen = withoutInvisible(admitted.email)
        const name = (await isNameTaken(db, seen)) ? `${seen} (${user.slice(0, 6)})` : seen
        const row = { id: user, name, email: admitted.email, password_hash: '', role: 'member' as const }
        await db
          .insertInto('users')
          .values({ ...row, created_at: clock.now() })
          .execute()
      }
      await db.insertInto('user_identities').values({ iss, sub, user_id: user, created_at: clock.now() }).execute()
      return { user, isNew: admitted.as === 'new' }
    })
  }
}

/** Under which id the tokens of a user's sign-in are kept. */
export function signInGrant(user: string, connection: string): string {
  return `sign-in/${user}/${connection}`
}

/** Who the tokens are about, by the verified id_token; the address by the provider's userinfo. */
async function visitorOf(client: Client, { subject, access }: Grant, trusted: boolean): Promise<Visitor> {
  const { id: provider, name } = client.provider
  if (subject === undefined) {
    throw new OAuthError('NOT_SUPPORTED', `${name} gives no id_token, so that nobody can sign in with it.`, {
      provider,
    })
  }
  const access_token = access['']?.access_token
  const claims = access_token === undefined ? undefined : await userInfo(client, access_token, subject.sub)
  const verified = claims?.['email_verified']
  const sound = trusted || verified === true || verified === 'true'
  const email = sound ? claims?.email?.trim().toLowerCase() : undefined
  // One with half a character in it would be stored as another one, which somebody else may have.
  const usable = email !== '' && email?.isWellFormed() === true
  return { iss: subject.iss, sub: subject.sub, name: claims?.name, email: usable ? email : undefined }
}

function practice(): Refusal {
  return new Refusal('SIGN_IN_PRACTICE', NO_SIGN_IN_BY_PRACTICE)
}

function refused(reason: 'no_verified_email' | 'not_invited' | 'other_domain', email: string | undefined): Refusal {
  if (reason === 'no_verified_email')
    return new Refusal('SIGN_IN_UNVERIFIED', 'The provider does not say that this e-mail address was verified.')
  if (reason === 'not_invited')
    return new Refusal('SIGN_IN_NOT_INVITED', `Nobody with the address ${email} was invited here.`)
  return new Refusal('SIGN_IN_OTHER_DOMAIN', `Addresses like ${email} may not sign in here by themselves.`)
}

function gone(): OAuthError {
  return new OAuthError('AUTHORIZATION_NOT_FOUND', 'No sign-in is waiting for this answer: it was finished already.')
}
