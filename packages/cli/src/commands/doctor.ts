import { checkClient, clientCredentialsFlow, type Flow, serviceAccountFlow, summary } from '@evergrant/core'
import { DEFAULT_REDIRECT } from '@evergrant/core/node'
import { Command, Option } from 'commander'
import { type ClientOptions, withClient, withGrant, withManner, withServiceAccount } from '../client-options.ts'
import { namesProvider } from '../client-settings.ts'
import { type Check, check, failed, skipped, told } from '../doctor/check.ts'
import { checkText } from '../doctor/check-text.ts'
import { network, origins } from '../doctor/network.ts'
import { storeChecks } from '../doctor/store.ts'
import { exitCode } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { present } from '../option-values.ts'
import type { Action } from '../program.ts'
import { type GivenServiceAccount, serviceAccountOf } from '../service-account.ts'
import { type Target, target } from '../target.ts'
import { UsageError } from '../usage-error.ts'

interface DoctorOptions extends ClientOptions {
  readonly redirectUri?: string
  readonly flow?: string
}

export function doctorCommand(action: Action): Command {
  const command = new Command('doctor')
    .summary('check a configuration step by step')
    .description(
      'Checks a configuration step by step, and says who must fix what. Changes nothing at the provider: the client is ' +
        'tried with an authorization code that nobody ever gave out; with --flow client_credentials or a service account it is ' +
        'asked for a token, which is thrown away. Exit code 1 when a step failed.',
    )
  withServiceAccount(withClient(withGrant(command)))
    .addOption(new Option('--redirect-uri <uri>', 'the one that people are to be sent back to').argParser(present))
    .addOption(
      new Option('--flow <type>', 'how tokens are to be got').choices([
        'authorization_code',
        'client_credentials',
        'jwt_bearer',
      ]),
    )
    .optionsGroup('Output:')
  return withManner(command).action((options: DoctorOptions) => action(doctor, options))
}

async function doctor(options: DoctorOptions, invocation: Invocation): Promise<number> {
  const { terminal } = invocation
  const { flow, settings } = await unattended(options, invocation)
  await using of = await target({ ...options, ...settings }, invocation, flow && 'memory:')
  const checks: Check[] = []
  const tell = (one: Check): void => {
    checks.push(one)
    if (terminal.json) return
    if (one.result === 'fail' || one.result === 'warn') terminal.say(checkText(one, terminal))
    else terminal.note(checkText(one, terminal))
  }
  if (namesProvider(of.settings)) await provider(of, invocation, { redirect_uri: options.redirectUri, flow }, tell)
  else if (options.store === undefined && options.grant === undefined) {
    throw new UsageError('What is to be checked?', 'Give --provider, --issuer or --token-endpoint, or --grant.')
  } else tell(skipped('provider', 'Provider', 'Nothing names one.'))
  if (flow === undefined || options.store !== undefined) {
    for (const one of await storeChecks(of.store, of.storeUrl, of.grantId)) tell(one)
    tell(await standing(of))
  }
  const bad = checks.filter(({ result }) => result === 'fail').length
  if (terminal.json) terminal.data({ ok: bad === 0, checks })
  else terminal.note(bad === 0 ? '\nAll is well.' : `\n${bad} of ${checks.length} steps failed.`)
  return bad === 0 ? exitCode.done : exitCode.failed
}

/** From the form of the addresses to the client's secret. A step that needs an earlier one is skipped with it. */
async function provider(
  of: Target,
  invocation: Invocation,
  { redirect_uri, flow }: { readonly redirect_uri: string | undefined; readonly flow: Flow | undefined },
  tell: (check: Check) => void,
): Promise<void> {
  const settings = await check('settings', 'Settings', async () => {
    const known = await of.provider()
    return { result: 'ok', detail: `${known.name}${known.issuer === undefined ? '' : `, ${known.issuer}`}` }
  })
  tell(settings)
  if (settings.result === 'fail') return
  const known = await of.provider()
  const hosts = origins([known.issuer, known.token_endpoint, known.authorization_endpoint])
  const reached = await Promise.all(hosts.map((url) => network(url, invocation)))
  reached.forEach(tell)
  if (reached.every(({ result }) => result === 'fail')) return
  if (of.settings.client_id === undefined) return tell(skipped('client', 'Client', 'No --client-id was given.'))
  try {
    const back = redirect_uri ?? of.settings.redirect_uri ?? known.redirect_uri?.default ?? DEFAULT_REDIRECT
    const asked = { ...of.settings, redirect_uri: back, flow }
    for await (const found of checkClient(await of.client(), asked)) {
      // The network's own step says more about encryption that works.
      if (found.id !== 'tls' || found.result === 'fail') tell(told(found))
    }
  } catch (error) {
    tell({ id: 'client', title: 'Client', ...failed(error) })
  }
}

/** The flow that needs no person, if one is to be tried, and the client that goes with it. */
async function unattended(
  options: DoctorOptions,
  invocation: Invocation,
): Promise<{ readonly flow?: Flow; readonly settings?: GivenServiceAccount['settings'] }> {
  const { serviceAccountFile, subject, scope, param: params } = options
  const { flow = serviceAccountFile === undefined ? 'authorization_code' : 'jwt_bearer' } = options
  if (flow === 'client_credentials') return { flow: clientCredentialsFlow({ scope, params }) }
  if (flow !== 'jwt_bearer') return {}
  const { account, settings } = await serviceAccountOf(options, invocation)
  return { flow: serviceAccountFlow(account, { subject, scope, params }), settings }
}

/** What is known about the grant itself. */
function standing(of: Target): Promise<Check> {
  return check('grant', `Grant "${of.grantId}"`, async () => {
    const found = await of.store.get(of.grantId)
    if (found === undefined) return { result: 'skip', detail: 'Not there yet: `evergrant login` makes it.' }
    const { standing: state, refreshable } = summary(found)
    if (state.state === 'revoked') {
      const words = state.trouble?.message ?? state.reason
      return {
        result: 'fail',
        detail: `It has ended: ${words}`,
        who: 'the person whose account it is',
        advice: `Run \`evergrant login --grant ${of.grantId}\`.`,
      }
    }
    if (state.state === 'failing') return { result: 'warn', detail: `It is failing: ${state.trouble.message}` }
    if (!refreshable) return { result: 'warn', detail: 'It has no refresh token: it ends with its access token.' }
    return { result: 'ok', detail: 'ok, renews itself' }
  })
}
