import type { IncomingMessage, ServerResponse } from 'node:http'
import { AccessTokens } from './access-tokens.ts'
import { Clients, type SandboxClient } from './clients.ts'
import { canAdvance, RunningClock, type SandboxClock } from './clock.ts'
import { Codes } from './codes.ts'
import { control } from './control.ts'
import { Devices } from './devices.ts'
import type { Engine } from './engine.ts'
import { Consents } from './entra/memory.ts'
import { type Fault, type FaultHandle, Faults } from './faults.ts'
import { endGrant } from './grant-end.ts'
import { type Hold, Holds } from './holds.ts'
import { Interactions } from './interactions.ts'
import { Journal } from './journal.ts'
import { type Choice, person } from './person.ts'
import { RefreshFamilies, type RefreshFamily } from './refresh-families.ts'
import type { RequestMatch } from './request-match.ts'
import { dumpState, loadState, type SandboxStateKeeper } from './sandbox-state.ts'
import { serve } from './serve.ts'
import { changeSettings, defaultSettings, type SandboxSettings, type SettingsChange } from './settings.ts'
import { type SigningAlgorithm, SigningKeys } from './signing-keys.ts'
import { demoUsers, type SandboxUser, Users } from './users.ts'

/** What a sandbox is made of. Settings left out have the defaults that the README lists; all durations are seconds. */
export interface SandboxOptions extends SettingsChange {
  /** The URL the sandbox is reached at; its path is where it expects to be mounted. */
  readonly issuer: string
  /** Absent: real time, which `advance` moves ahead. */
  readonly clock?: SandboxClock | undefined
  readonly clients?: readonly SandboxClient[] | undefined
  /** Absent: Alice and Bob. */
  readonly users?: readonly SandboxUser[] | undefined
  readonly signing?: SigningAlgorithm | undefined
  /** How many requests the journal keeps; 10,000 when absent. */
  readonly journalLimit?: number | undefined
  /** Keeps grants, made-up people and signing keys over a restart. Absent: all is gone with the process. */
  readonly state?: SandboxStateKeeper | undefined
  /** Serves `/_sandbox/…`, by which another process can do what `Sandbox` does here. Off when absent. */
  readonly control?: boolean | undefined
}

/** What an access token is good for, as a resource server sees it. */
export interface TokenSeen {
  readonly client_id: string
  readonly scope: string
  /** Absent for a token that an application got on its own. */
  readonly sub?: string | undefined
  readonly email?: string | undefined
  /** Epoch seconds. */
  readonly expires_at: number
}

/** An authorization server for tests and first runs: standards on the outside, switches and a record on the inside. */
export interface Sandbox {
  readonly issuer: string
  readonly clock: SandboxClock
  /** Change its fields at any time, or use `configure` for several at once. */
  readonly settings: SandboxSettings
  readonly journal: Journal
  configure(change: SettingsChange): void
  /** Adds a client, or replaces the one with the same id. */
  registerClient(client: SandboxClient): void
  addUser(user: SandboxUser): void
  /** Those who can be chosen on the consent page, with those who were made up there. */
  people(): SandboxUser[]
  /** Looks at an access token without a request; undefined when it is not good, or is meant for another resource. */
  inspect(accessToken: string): TokenSeen | undefined
  /**
   * Ends the grants of a person, or one grant by its family id, as if the person had taken the consent back. They have ended when
   * this returns; the promise waits for the state to be kept.
   */
  revokeGrant(subOrFamily: string): Promise<void>
  families(): RefreshFamily[]
  /** Moves the clock ahead, in seconds; throws when the given clock cannot be moved. */
  advance(seconds: number): void
  fault(fault: Fault): FaultHandle
  clearFaults(): void
  /** Stops matching requests after the work and before the answer, until released. */
  hold(which?: { readonly match?: RequestMatch | undefined }): Hold
  /** Signs id_tokens with a new key from now on; the old one stays in the JWKS. */
  rotateKeys(): Promise<void>
  /** Consents as a person would, over HTTP; resolves with the callback URL. */
  approve(authorizationUrl: string | URL, choice?: Choice): Promise<string>
  /** Denies as a person would, over HTTP; resolves with the callback URL. */
  deny(authorizationUrl: string | URL): Promise<string>
  /**
   * Serves one request. The body must not have been read. `prefix` is the path the sandbox is mounted at as `request.url`
   * has it; when absent, the issuer's path.
   */
  handle(request: IncomingMessage, response: ServerResponse, prefix?: string): Promise<void>
}

/** Makes a sandbox that listens nowhere yet: mount its `handle` in a server of your own. */
export function createSandbox(options: SandboxOptions): Sandbox {
  const { issuer, clock = new RunningClock(), clients = [], users = demoUsers, signing = 'RS256', state } = options
  const engine: Engine = {
    issuer: checkedIssuer(issuer),
    clock,
    settings: defaultSettings(),
    clients: new Clients(),
    users: new Users(),
    codes: new Codes(),
    interactions: new Interactions(),
    devices: new Devices(),
    families: new RefreshFamilies(),
    accessTokens: new AccessTokens(),
    keys: new SigningKeys(signing),
    imitated: { aliases: new Map(), appToken: '', secondScope: '' },
    entra: new Consents(),
  }
  const instruments = {
    journal: new Journal(options.journalLimit ?? 10_000),
    faults: new Faults(),
    holds: new Holds(),
    save: async () => state?.save(await dumpState(engine)),
  }
  const sandbox: Sandbox = {
    issuer: engine.issuer,
    clock,
    settings: engine.settings,
    journal: instruments.journal,
    configure: (change) => {
      if (change.entra !== undefined) changeSettings(engine.settings, waysOfEntra)
      changeSettings(engine.settings, onlySettings(change))
    },
    registerClient: (client) => engine.clients.register(client),
    addUser: (user) => engine.users.add(user),
    people: () => engine.users.list(),
    inspect: (accessToken) => {
      const token = engine.accessTokens.valid(accessToken, clock.now())
      if (token === undefined || token.audience.length > 0) return undefined
      const { clientId, scope, sub, expiresAt } = token
      return { client_id: clientId, scope, sub, email: engine.users.find(sub)?.email, expires_at: expiresAt }
    },
    revokeGrant: async (subOrFamily) => {
      for (const { id, sub } of engine.families.list())
        if (id === subOrFamily || sub === subOrFamily) endGrant(engine, id, 'the person took the consent back')
      engine.entra.end(subOrFamily)
      await instruments.save()
    },
    families: () => engine.families.list(),
    advance: (seconds) => {
      if (!canAdvance(clock)) throw new TypeError('The clock given to the sandbox cannot be advanced')
      clock.advance(seconds)
    },
    fault: (fault) => instruments.faults.add(fault),
    clearFaults: () => instruments.faults.clear(),
    hold: (which) => instruments.holds.add(which),
    rotateKeys: async () => {
      await engine.keys.rotate()
      await instruments.save()
    },
    approve: async (url, choice) => {
      const fragment = engine.settings.imitate?.authorization_request?.fragment
      if (fragment !== undefined && new URL(url).hash !== `#${fragment}`)
        throw new Error(`The page stays blank: it was opened without #${fragment}`)
      return person.approve(url, choice)
    },
    deny: (url) => person.deny(url),
    handle: async (request, response, prefix) => {
      if (await remote?.(request, response, prefix)) return
      await serve({ request, response, prefix }, engine, instruments)
    },
  }
  const remote = options.control ? control(sandbox, engine) : undefined
  sandbox.configure(options)
  for (const client of clients) sandbox.registerClient(client)
  for (const user of users) sandbox.addUser(user)
  const kept = state?.load()
  if (kept !== undefined) loadState(engine, kept)
  return sandbox
}

/**
 * PKCE is for whoever sends it, RFC 9207 is not spoken, and a refresh token stays good when it is replaced.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/refresh-tokens
 */
const waysOfEntra: SettingsChange = { pkce: 'optional', issParameter: false, reuse: 'accept' }

// RFC 8414 §2: no query, no fragment. The trailing slash goes, so that endpoints can be appended.
function checkedIssuer(issuer: string): string {
  const { protocol, search, hash } = new URL(issuer)
  if (!/^https?:$/.test(protocol) || search !== '' || hash !== '')
    throw new TypeError(`The issuer ${issuer} must be an http or https URL without query and fragment`)
  return issuer.replace(/\/$/, '')
}

function onlySettings(change: SettingsChange): SettingsChange {
  const {
    lifetimes,
    rotation,
    graceSeconds,
    reuse,
    issParameter,
    pkce,
    alwaysRefreshToken,
    deviceInterval,
    imitate,
    entra,
  } = change
  return {
    ...(lifetimes === undefined ? {} : { lifetimes }),
    ...(rotation === undefined ? {} : { rotation }),
    ...(graceSeconds === undefined ? {} : { graceSeconds }),
    ...(reuse === undefined ? {} : { reuse }),
    ...(issParameter === undefined ? {} : { issParameter }),
    ...(pkce === undefined ? {} : { pkce }),
    ...(alwaysRefreshToken === undefined ? {} : { alwaysRefreshToken }),
    ...(deviceInterval === undefined ? {} : { deviceInterval }),
    ...(imitate === undefined ? {} : { imitate }),
    ...(entra === undefined ? {} : { entra }),
  }
}
