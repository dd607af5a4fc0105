import { counted, type Grant, isOAuthError, type OAuthError } from '@evergrant/core'
import { type ForeignGrant, importedGrant, readForeignGrants } from '@evergrant/stores/import'
import { type OpenedStore, openStore } from '@evergrant/stores/open'
import { Command, Option } from 'commander'
import { type ClientOptions, settingsOf, withClient, withGrant, withManner } from '../client-options.ts'
import { clientProvider } from '../client-provider.ts'
import { clientSecret } from '../client-secret.ts'
import { type ClientSettings, namesProvider } from '../client-settings.ts'
import { exitCode } from '../exit-code.ts'
import { givenSecret } from '../given-file.ts'
import { table } from '../grant-text.ts'
import { oneLine } from '../harmless.ts'
import { inTurns } from '../in-turns.ts'
import { Interrupted } from '../interrupted.ts'
import type { Invocation } from '../invocation.ts'
import { present } from '../option-values.ts'
import { Profiles } from '../profile.ts'
import type { Action } from '../program.ts'
import { type ServerOptions, withServer } from '../server-place.ts'
import { fromCatalogue, storeAddress, underSeal } from '../target.ts'
import { tokenFile } from '../token-file.ts'
import { UsageError } from '../usage-error.ts'
import { importIntoServer } from './import-into-server.ts'

export interface ImportOptions extends ClientOptions, ServerOptions {
  readonly file: string
  readonly write?: boolean
  readonly replace?: boolean
  readonly saveSecret?: boolean
  readonly passwordFile?: string
  readonly connection?: string
}

export function importCommand(action: Action): Command {
  const command = new Command('import').summary('take over the grants of another program')
  command
    .description(
      [
        'Takes over what another program kept, so that nobody has to consent again: token caches of MSAL (Node and',
        'Python) and python-o365, credentials of google-auth and gcloud, tokens of simple-oauth2 and other libraries,',
        'files of mutt_oauth2, oama, pizauth (`pizauth dump`) and email-oauth2-proxy.',
        '',
        'Without --write it only shows what it found. The file is never changed or deleted.',
      ].join('\n'),
    )
    .argument('<file>', 'the file, or - for stdin')
  withServer(withClient(withGrant(command)))
    .addOption(
      new Option(
        '--connection <name>',
        'into that server: an account of this connection (its name or id) for each grant, without --store and a client',
      ).argParser(present),
    )
    .optionsGroup('What to do:')
    .option('--write', 'store what was found')
    .option('--replace', 'also over a grant of that name that is there already')
    .option('--save-secret', 'remember the client secret too, in a file that only you can read')
    .addOption(
      new Option(
        '--password-file <path>',
        'for a sealed file: its password (or EVERGRANT_PASSWORD, or it is asked for)',
      ).argParser(present),
    )
    .addHelpText(
      'after',
      `
Stop the other program before the grants are used: a refresh token that two programs spend is ended by many providers.

  evergrant import o365_token.txt --provider ID                     what is in it?
  evergrant import o365_token.txt --provider ID --write
  evergrant import cache.json --connection Mail --data-dir ./data --write    into a server, also while it runs
  gpg -d ~/.local/var/oama/me@example.com.oauth | evergrant import - --client-id … --write`,
    )
    .optionsGroup('Output:')
  return withManner(command).action((file: string, options: ImportOptions) =>
    action(importGrants, { ...options, file }),
  )
}

/** A grant that was found, and where it would go. */
interface Plan {
  readonly grant: Grant
  readonly settings: ClientSettings
  readonly client_secret: string | undefined
  readonly before: Grant | undefined
}

async function importGrants(options: ImportOptions, invocation: Invocation): Promise<number> {
  const { terminal } = invocation
  const { format, grants } = await foreignGrants(options, invocation)
  for (const { refresh_token, access, client } of grants) {
    for (const secret of [refresh_token?.reveal(), access?.access_token, client.client_secret?.reveal()]) {
      terminal.conceal(secret)
    }
  }
  if (grants.length === 0) throw new UsageError(`${options.file} is of the kind ${format}, and no grant is in it.`)
  if (options.grant !== undefined && grants.length > 1) {
    const names = oneLine(grants.map(({ name }) => name).join(', '))
    throw new UsageError(
      `${options.file} holds ${counted(grants.length, 'grant')}: ${names}.`,
      'Leave --grant out: each keeps its name.',
    )
  }
  if (options.connection !== undefined) {
    return importIntoServer({ ...options, connection: options.connection }, grants, format, invocation)
  }
  const storeUrl = storeAddress(options.store, invocation)
  const given = await clientSecret(
    {
      flag: options.clientSecret,
      file: options.clientSecretFile,
      environment: invocation.env['EVERGRANT_CLIENT_SECRET'],
    },
    invocation.cwd,
  )
  const opened = await openStore(storeUrl, { env: invocation.env, onWarning: (words) => terminal.note(words) })
  await using store = await underSeal(opened, invocation)
  if (!store.traits.durable) {
    throw new UsageError(
      `The store ${storeUrl} would forget the grants.`,
      'Give one that keeps them: file:… or sqlite:….',
    )
  }
  const plans = await inTurns('Looked at', grants, (one) => plan(one, options, given, store, invocation), invocation)
  const ids = new Set<string>()
  const twice = plans.find(({ grant: { id } }) => ids.size === ids.add(id).size)
  if (twice !== undefined) {
    throw new UsageError(
      `${options.file} holds several grants that would be called "${oneLine(twice.grant.id)}".`,
      'Give --client-id <id> for the one that is meant, or import them from files of their own.',
    )
  }
  const keep = ({ before }: Plan): boolean => before !== undefined && options.replace !== true
  if (options.write === true) {
    const due = plans.filter((one) => !keep(one))
    await inTurns('Stored', due, (one) => write(one, storeUrl, store, options, invocation), invocation)
  }
  report({ plans, format, storeUrl, keep, written: options.write === true }, invocation)
  return plans.some(keep) && options.write === true ? exitCode.failed : exitCode.done
}

async function foreignGrants(options: ImportOptions, invocation: Invocation) {
  const { terminal, cwd, env, signal } = invocation
  const bytes = await tokenFile(options.file, cwd, terminal.stdin)
  const { passwordFile } = options
  const password =
    passwordFile === undefined
      ? env['EVERGRANT_PASSWORD'] || undefined
      : await givenSecret('--password-file', passwordFile, cwd)
  terminal.conceal(password)
  try {
    return await readForeignGrants(bytes, { passwords: password === undefined ? [] : [password] })
  } catch (error) {
    if (!isOAuthError(error)) throw error
    const sealed = /sealed with the password/.test(error.message)
    if (!sealed || password !== undefined) throw unreadable(options.file, error)
    if (!terminal.canAsk) throw new UsageError(error.message, 'Set EVERGRANT_PASSWORD, or give --password-file <path>.')
    const { isCancel, password: ask } = await import('@clack/prompts')
    const typed = await ask({ message: error.message, input: terminal.stdin, output: terminal.stderr, signal })
    if (isCancel(typed)) throw new Interrupted('SIGINT')
    terminal.conceal(typed)
    return readForeignGrants(bytes, { passwords: [typed] })
  }
}

/** Of several files in a script it has to be plain which one is meant. */
function unreadable(file: string, { message }: OAuthError): UsageError {
  return new UsageError(`${file === '-' ? 'stdin' : file}: ${message}`)
}

async function plan(
  from: ForeignGrant,
  options: ImportOptions,
  secret: string | undefined,
  store: OpenedStore,
  { clock, cwd }: Invocation,
): Promise<Plan> {
  const typed = settingsOf(options, cwd)
  const { client_id, client_secret, provider, issuer, token_endpoint, authorization_endpoint } = from.client
  const named =
    provider !== undefined
      ? { provider }
      : issuer !== undefined
        ? { issuer }
        : { token_endpoint, authorization_endpoint }
  const settings: ClientSettings = {
    ...(namesProvider(typed) ? {} : named),
    client_id,
    scope: from.scope?.split(' '),
    ...Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== undefined)),
  }
  if (settings.client_id === undefined) {
    throw new UsageError(
      `The file does not say which client ${oneLine(from.name)} consented to.`,
      'Give --client-id <id>, as it stands in the other program’s settings.',
    )
  }
  if (!namesProvider(settings)) {
    throw new UsageError(
      `The file does not say which provider ${oneLine(from.name)} is at.`,
      'Give --provider <id>, --issuer <url> or --token-endpoint <url>.',
    )
  }
  const known = await clientProvider(settings, fromCatalogue)
  const id = options.grant ?? from.name
  const grant = importedGrant(from, { id, provider: known.id, client: settings.client_id, now: clock.now() })
  return { grant, settings, client_secret: secret ?? client_secret?.reveal(), before: await store.get(id) }
}

async function write(
  { grant, settings, client_secret, before }: Plan,
  storeUrl: string,
  store: OpenedStore,
  options: ImportOptions,
  { folders }: Invocation,
): Promise<void> {
  const stored = await store.put(grant, before?.version ?? 0)
  if (!stored.ok) {
    throw new UsageError(
      `Grant "${oneLine(grant.id)}" was changed by another program meanwhile, and is left as it is.`,
      'Look at it with `evergrant grants show`, then try again.',
    )
  }
  const kept = options.saveSecret === true && client_secret !== undefined ? { client_secret } : {}
  await new Profiles(folders.config).write({ store: storeUrl, grant: grant.id, settings, ...kept })
}

interface Report {
  readonly plans: readonly Plan[]
  readonly format: string
  readonly storeUrl: string
  readonly written: boolean
  keep(plan: Plan): boolean
}

function report({ plans, format, storeUrl, written, keep }: Report, { terminal }: Invocation): void {
  const outcome = (one: Plan): string => {
    if (keep(one)) return 'kept: there already'
    const verb = one.before === undefined ? 'store' : 'replace'
    return written ? `${verb}d` : `would ${verb}`
  }
  if (terminal.json) {
    terminal.data(
      plans.map((one) => ({
        grant: one.grant.id,
        account: one.grant.subject?.username ?? one.grant.id,
        provider: one.grant.provider,
        client_id: one.grant.client,
        scope: one.grant.requested_scope,
        refreshable: one.grant.refresh_token !== undefined,
        outcome: outcome(one),
      })),
    )
  } else {
    const rows = plans.map((one) => [
      one.grant.id,
      one.grant.provider,
      one.grant.client,
      one.grant.refresh_token === undefined ? 'no: it ends with its token' : 'yes',
      outcome(one),
    ])
    terminal.text(table([['GRANT', 'PROVIDER', 'CLIENT ID', 'RENEWS ITSELF', 'OUTCOME'], ...rows]))
  }
  const secret = plans.some((one) => one.client_secret !== undefined)
  if (!written) {
    terminal.note(`The file is of the kind ${format}. Nothing was written; --write stores it in ${storeUrl}.`)
    if (secret) terminal.note('It has a client secret: --save-secret keeps that too.')
    return
  }
  const old = plans.filter(keep)
  if (old.length > 0)
    terminal.note(
      `${terminal.style('yellow', 'kept')} ${oneLine(old.map(({ grant }) => grant.id).join(', '))}: --replace writes over what is there.`,
    )
  const [first] = plans.filter((one) => !keep(one))
  if (first === undefined) return
  terminal.note(
    `${terminal.style('green', '✓')} Stored in ${storeUrl}. Stop the other program now: two must not spend one refresh token.`,
  )
  terminal.note(`  Try it: evergrant grants refresh ${JSON.stringify(first.grant.id)} --store ${storeUrl}`)
}
