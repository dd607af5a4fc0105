import {
  beginAuthorization,
  finishAuthorization,
  type Grant,
  isOAuthError,
  missingScopes,
  OAuthError,
  summary,
} from '@evergrant/core'
import { type Arrival, DEFAULT_REDIRECT, type LoopbackListener, loopbackListener } from '@evergrant/core/node'
import { Command, Option } from 'commander'
import { openBrowser } from '../browser.ts'
import { type ClientOptions, withClient, withGrant, withManner } from '../client-options.ts'
import { deviceConsent } from '../device-consent.ts'
import { failure } from '../failure.ts'
import type { Invocation } from '../invocation.ts'
import { duration, present } from '../option-values.ts'
import { pastedCallback } from '../pasted-callback.ts'
import type { Action } from '../program.ts'
import { keepsGrants } from '../store-probe.ts'
import { type Target, target } from '../target.ts'
import { UsageError } from '../usage-error.ts'
import { tellWait, within } from '../within.ts'

interface LoginOptions extends ClientOptions {
  readonly paste?: boolean
  readonly device?: boolean
  readonly redirectUri?: string
  readonly loginHint?: string
  /** Commander's name for `--no-open`. */
  readonly open: boolean
  readonly timeout: number
  readonly saveSecret?: boolean
  readonly switchAccount?: boolean
}

export function loginCommand(action: Action): Command {
  const command = new Command('login')
    .summary('let a person consent, and store the grant')
    .description(
      'Opens the browser for consent, catches the redirect on this machine, and stores the grant. Afterwards ' +
        '`evergrant token` prints a valid access token whenever it is asked, without a person. How the provider is reached ' +
        'is remembered for that; the client secret only with --save-secret.',
    )
    .addHelpText(
      'after',
      `
Examples:
  evergrant login --issuer https://login.example --client-id app --scope "openid offline_access"
  evergrant login --grant mail --store file:./grants.json --issuer https://login.example --client-id app
  evergrant login --grant mail            once more, with what was remembered
  evergrant login --paste --issuer https://login.example --client-id app      on a machine without a browser`,
    )
  withClient(withGrant(command))
    .optionsGroup('Consent:')
    .option('--paste', 'print the address, and read the callback address from stdin')
    .option('--device', 'show a code to enter on another device (RFC 8628)')
    .addOption(
      new Option('--redirect-uri <uri>', 'as registered (default: http://127.0.0.1:<free port>/callback)').argParser(
        present,
      ),
    )
    .addOption(new Option('--login-hint <name>', 'the account to sign in with').argParser(present))
    .option('--no-open', 'print the address instead of opening the browser')
    .addOption(new Option('--timeout <seconds>', 'how long to wait for consent').argParser(duration).default(300))
    .option('--save-secret', 'remember the client secret too, in a file that only you can read')
    .option('--switch-account', 'allow another person than before to take over the grant')
    .optionsGroup('Output:')
  return withManner(command).action((options: LoginOptions) => action(login, options))
}

async function login(options: LoginOptions, invocation: Invocation): Promise<void> {
  if (options.device === true && options.paste === true) {
    throw new UsageError('--device and --paste were both given.', 'Give one of them.')
  }
  const { terminal } = invocation
  await using of = await target(options, invocation)
  if (options.saveSecret === true && of.secret === undefined) {
    throw new UsageError('--save-secret: there is no client secret to save.', 'Give --client-secret-file <path>.')
  }
  await assertKeeps(of)
  const grant = await consent(of, options, invocation)
  await remember(of, options)
  const refused = missingScopes(grant.requested_scope, grant.granted_scope, await of.provider())
  terminal.note(`${terminal.style('green', '✓')} Grant "${grant.id}" is stored in ${of.storeUrl}.`)
  if (grant.subject !== undefined) terminal.note(`  account   ${grant.subject.username ?? grant.subject.sub}`)
  if (grant.granted_scope !== undefined) terminal.note(`  scope     ${grant.granted_scope}`)
  if (refused.length > 0) terminal.say(`  ${terminal.style('yellow', 'not granted')} ${refused.join(' ')}`)
  if (grant.refresh_token === undefined) {
    terminal.say(
      `  ${terminal.style('yellow', 'note')}      The provider gave no refresh token: the grant ends with its access token.` +
        ' Many providers give one for the scope offline_access.',
    )
  }
  if (terminal.json) terminal.data(summary(grant))
}

/** A person is asked only when their answer can be kept: what is wrong with the store is told before. */
async function assertKeeps({ store, storeUrl, grantId, profiles }: Target): Promise<void> {
  if (!store.traits.durable) {
    throw new UsageError(`The store ${storeUrl} would forget the grant.`, 'Give one that keeps it: file:… or sqlite:….')
  }
  await store.get(grantId)
  if (!(await keepsGrants(store))) {
    const message = `The store ${storeUrl} wrote over a newer version; programs would lose refresh tokens to each other.`
    throw new OAuthError('STORE_UNAVAILABLE', message, { grant: grantId })
  }
  await profiles.assertWritable()
}

async function consent(of: Target, options: LoginOptions, invocation: Invocation): Promise<Grant> {
  if (options.paste === true) return byPaste(of, options, invocation)
  if (options.device !== true) return byBrowser(of, options, invocation)
  const { scope, resource, params } = of.settings
  const asked = { grant: of.grantId, scope, resource, params }
  return deviceConsent(
    await of.client(),
    asked,
    { store: of.store, ...switching(options) },
    options.timeout,
    invocation,
  )
}

/** The listener; where there can be none, the way that needs none is named. */
async function listening(redirectUri: string | undefined): Promise<LoopbackListener> {
  try {
    return await loopbackListener(redirectUri)
  } catch (error) {
    if (!isOAuthError(error) || error.code !== 'INVALID_ARGUMENT') throw error
    throw new UsageError(error.message, 'Or add --paste, and paste the address that the browser shows after consent.')
  }
}

/** The browser brings the callback to a listener on this machine. */
async function byBrowser(of: Target, options: LoginOptions, invocation: Invocation): Promise<Grant> {
  const { terminal } = invocation
  const client = await of.client()
  await using listener = await listening(options.redirectUri ?? of.settings.redirect_uri)
  const { url, pending } = await beginAuthorization(client, {
    ...(await request(of, options)),
    redirect_uri: listener.redirectUri,
  })
  terminal.conceal(pending.code_verifier)
  const arrived = within(options.timeout, invocation, (signal) => listener.arrival(pending.state, signal))
  // The listener may fail before anybody waits for it; that is met below.
  arrived.catch(() => undefined)
  const opened = options.open && (await openBrowser(url, invocation))
  terminal.say(opened ? 'Your browser opens for consent. If it does not, open:' : 'Open this address for consent:')
  terminal.address(url)
  tellWait('consent in the browser', options.timeout, invocation)
  const arrival = await arrived
  terminal.conceal(new URL(arrival.url).searchParams.get('code') ?? undefined)
  // Awaited here: the listener stays open until the browser has its page.
  return await finished(arrival, client.provider.name, () =>
    finishAuthorization(client, { callback: arrival.url, pending, store: of.store, ...switching(options) }),
  )
}

/** Finishes, then tells the browser how it went; the browser never waits without an answer. */
async function finished(arrival: Arrival, provider: string, finish: () => Promise<Grant>): Promise<Grant> {
  let grant: Grant
  try {
    grant = await finish()
  } catch (error) {
    const { message, advice } = failure(error)
    await arrival.answer({ outcome: 'failed', message, advice })
    throw error
  }
  await arrival.answer({ outcome: 'connected', grant: grant.id, provider })
  return grant
}

/** The person carries the callback: for machines without a browser, and redirect URIs elsewhere. */
async function byPaste(of: Target, options: LoginOptions, invocation: Invocation): Promise<Grant> {
  const { terminal } = invocation
  const client = await of.client()
  const { url, pending } = await beginAuthorization(client, {
    ...(await request(of, options)),
    redirect_uri: options.redirectUri ?? of.settings.redirect_uri ?? DEFAULT_REDIRECT,
  })
  terminal.conceal(pending.code_verifier)
  terminal.say('Open this address in any browser, and consent:')
  terminal.address(url)
  terminal.say('The browser then goes to an address that may not load. Copy that whole address and paste it here.')
  tellWait('the callback address', options.timeout, invocation)
  const callback = await within(options.timeout, invocation, (signal) =>
    pastedCallback(terminal, pending.state, signal),
  )
  if (callback === undefined) {
    throw new OAuthError('CALLBACK_INVALID', 'No callback address was pasted, so nothing was stored.', {
      provider: client.provider.id,
      grant: of.grantId,
    })
  }
  if (callback instanceof URLSearchParams) terminal.conceal(callback.get('code') ?? undefined)
  return finishAuthorization(client, { callback, pending, store: of.store, ...switching(options) })
}

/** What to ask the person for. */
async function request(of: Target, options: LoginOptions) {
  const held = await of.store.get(of.grantId)
  const { scope, resource, params } = of.settings
  return {
    grant: of.grantId,
    scope,
    resource,
    params,
    login_hint: options.loginHint ?? held?.subject?.username,
    hasRefreshToken: held?.refresh_token !== undefined && held.standing.state !== 'revoked',
    // What the provider wanted proved when it refused to renew.
    claims: held === undefined || held.standing.state === 'active' ? undefined : held.standing.trouble?.claims,
    // The wait for the person ends the same moment as what they are asked for.
    lifetime: options.timeout,
  }
}

function switching(options: LoginOptions): { readonly allowOtherSubject: boolean } {
  return { allowOtherSubject: options.switchAccount === true }
}

/** Keeps how the client is reached, so that the next command needs only the grant. */
async function remember(of: Target, options: LoginOptions): Promise<void> {
  const redirect_uri = options.redirectUri ?? of.settings.redirect_uri
  // How the client authenticated is remembered too: a missing secret is then told as such, not tried without.
  const client_auth = (await of.client()).authentication.method
  const settings = { ...of.settings, client_auth, ...(redirect_uri === undefined ? {} : { redirect_uri }) }
  const before = await of.profiles.read(of.storeUrl, of.grantId)
  const saved = before?.client_secret !== undefined && before.settings.client_id === settings.client_id
  const keep = options.saveSecret === true || saved
  await of.profiles.write({
    store: of.storeUrl,
    grant: of.grantId,
    settings,
    ...(keep && of.secret !== undefined ? { client_secret: of.secret } : {}),
  })
}
