import {
  endHere,
  type GrantSummary,
  OAuthError,
  type Provider,
  predictedEnd,
  revokeGrant,
  summary,
  tokenSources,
} from '@evergrant/core'
import { Command } from 'commander'
import {
  type ClientOptions,
  type GrantOptions,
  withClient,
  withGrant,
  withManner,
  withStore,
} from '../client-options.ts'
import { confirmed } from '../confirm.ts'
import { grantState } from '../grant-state.ts'
import { grantTable, grantText } from '../grant-text.ts'
import type { Invocation } from '../invocation.ts'
import type { Action, Work } from '../program.ts'
import { storedGrant, target } from '../target.ts'
import { UsageError } from '../usage-error.ts'

interface RemovalOptions extends ClientOptions {
  readonly yes?: boolean
}

export function grantsCommand(action: Action): Command {
  const command = new Command('grants').summary('list, show, refresh, revoke or delete stored grants')
  command.description('What is stored, and what can be done with it. Never prints a token.').addHelpText(
    'after',
    `
States: ok; delayed (the provider has trouble, the token still holds); degraded (it has ended);
needs_consent (log in again); blocked_by_admin (the provider's administrator has to allow it);
connection_error (the client's settings). The same words as in the server's page and API.`,
  )
  const one = <O extends GrantOptions>(name: string, words: string, work: Work<O>): Command => {
    const sub = withGrant(
      new Command(name).description(words).argument('[id]', 'name of the grant; the same as --grant'),
    )
    command.addCommand(sub)
    return sub.action((id: string | undefined, options: O) => action(work, named(options, id)))
  }
  const listing = new Command('list').description('Lists the grants of a store.')
  command.addCommand(withManner(withStore(listing).optionsGroup('Output:')))
  listing.action((options: GrantOptions) => action(list, options))
  withManner(
    one('show', 'Shows one grant: its account, scopes, state and what ended it.', show).optionsGroup('Output:'),
  )
  withManner(withClient(one('refresh', 'Gets a new access token now, and stores it.', refresh)).optionsGroup('Output:'))
  const ending = one('revoke', 'Ends the grant at the provider, and keeps the record as revoked.', revoke)
  withManner(withClient(ending.option('--yes', 'do not ask')).optionsGroup('Output:'))
  const removal = one('delete', 'Deletes the record here. The provider is not told: revoke first.', remove)
  withManner(removal.option('--yes', 'do not ask').optionsGroup('Output:'))
  return command
}

/** The id may be given as an argument or as `--grant`. */
function named<O extends GrantOptions>(options: O, id: string | undefined): O {
  if (id !== undefined && options.grant !== undefined && options.grant !== id) {
    throw new UsageError(`Two grants are named: ${id} and --grant ${options.grant}.`, 'Name one.')
  }
  return id === undefined ? options : { ...options, grant: id }
}

async function list(options: GrantOptions, invocation: Invocation): Promise<void> {
  const { terminal, clock } = invocation
  await using of = await target(options, invocation)
  if (!of.store.traits.list) throw new UsageError(`The store ${of.storeUrl} cannot list its grants.`)
  const grants: GrantSummary[] = []
  for await (const grant of of.store.list({}, { signal: invocation.signal })) grants.push(grant)
  if (terminal.json) return terminal.data(grants.map((one) => ({ ...one, ...stateOf(one, clock.now()) })))
  if (grants.length === 0)
    return terminal.note(`There is no grant in ${of.storeUrl} yet. \`evergrant login\` makes one.`)
  terminal.text(grantTable(grants, clock.now()))
}

async function show(options: GrantOptions, invocation: Invocation): Promise<void> {
  const { terminal, clock } = invocation
  await using of = await target(options, invocation)
  const found = summary(await storedGrant(of))
  // Which rules apply is known for providers of the catalogue; what the provider told counts for all.
  const provider = await of.provider().catch(() => undefined)
  const end = predictedEnd(found, provider ?? {})
  if (terminal.json) {
    const state = stateOf(found, clock.now(), provider)
    terminal.data({ ...found, ...state, ...(end === undefined ? {} : { predicted_end: end }) })
  } else terminal.text(grantText(found, clock.now(), { end, provider }))
}

/** What the server's API says of an account, beside what is stored. */
function stateOf(grant: GrantSummary, now: number, provider?: Provider) {
  const { state, sentence, reason, who, expiring_soon } = grantState(grant, now, provider)
  return { state, sentence, reason, who, expiring_soon }
}

async function refresh(options: ClientOptions, invocation: Invocation): Promise<void> {
  const { terminal, clock, signal } = invocation
  await using of = await target(options, invocation)
  const before = await storedGrant(of)
  if (before.refresh_token === undefined && before.standing.state !== 'revoked') {
    throw new OAuthError('CONSENT_REQUIRED', `Grant "${before.id}" has no refresh token, so only a login renews it.`, {
      grant: before.id,
      provider: before.provider,
    })
  }
  const sources = tokenSources({ store: of.store, client: () => of.client(), clock })
  try {
    await sources.get(of.grantId).token({ force: true, signal })
  } finally {
    await sources.close()
  }
  const after = summary(await storedGrant(of))
  terminal.note(`${terminal.style('green', '✓')} Grant "${after.id}" is refreshed.`)
  if (terminal.json) terminal.data(after)
}

async function revoke(options: RemovalOptions, invocation: Invocation): Promise<number | undefined> {
  const { terminal, clock } = invocation
  await using of = await target(options, invocation)
  const found = await storedGrant(of)
  // Tokens of another account are kept aside for this.
  if (found.standing.state === 'revoked' && found.standing.reason !== 'wrong_account') {
    terminal.note(`Grant "${found.id}" has ended already.`)
    if (terminal.json) terminal.data(summary(found))
    return undefined
  }
  const client = await of.client()
  if (!(await confirmed(`End grant "${found.id}" at ${client.provider.name}?`, options.yes, invocation))) return 1
  const told = await revokeGrant(client, found)
  await endHere(of.store, found.id, clock)
  const words = told
    ? `Grant "${found.id}" has ended at ${client.provider.name}.`
    : `Grant "${found.id}" has ended here. ${client.provider.name} offers no revocation; take the consent back there.`
  const line = `${terminal.style('green', '✓')} ${words}`
  // Without a revocation endpoint something is left to do for the person.
  if (told) terminal.note(line)
  else terminal.say(line)
  if (terminal.json) terminal.data(summary(await storedGrant(of)))
  return undefined
}

async function remove(options: RemovalOptions, invocation: Invocation): Promise<number | undefined> {
  const { terminal } = invocation
  await using of = await target(options, invocation)
  const found = await storedGrant(of)
  if (!(await confirmed(`Delete grant "${found.id}" from ${of.storeUrl}?`, options.yes, invocation))) return 1
  await of.store.delete(of.grantId)
  await of.profiles.delete(of.storeUrl, of.grantId)
  terminal.note(`${terminal.style('green', '✓')} Grant "${found.id}" is deleted.`)
  if (terminal.json) terminal.data({ deleted: found.id })
  return undefined
}
