import { type ServiceAccount, serviceAccount } from '@evergrant/core'
import type { ClientOptions } from './client-options.ts'
import { givenFile } from './given-file.ts'
import type { Invocation } from './invocation.ts'
import { UsageError } from './usage-error.ts'

/** A service account from its key file, and the client that it is. */
export interface GivenServiceAccount {
  readonly account: ServiceAccount
  readonly settings: Pick<ClientOptions, 'clientId' | 'clientAuth' | 'grant'>
}

/**
 * What says who the client is, which with a service account is in its file; and the grant's name, which follows from
 * whom it acts for, so that nobody gets the token of another person out of the store.
 */
const OTHERS = [
  ['--client-id', 'clientId'],
  ['--client-secret', 'clientSecret'],
  ['--client-secret-file', 'clientSecretFile'],
  ['--client-auth', 'clientAuth'],
  ['--client-key-file', 'clientKeyFile'],
  ['--grant', 'grant'],
] as const satisfies readonly (readonly [string, keyof ClientOptions])[]

/** Reads `--service-account-file`. Throws `INVALID_KEY`, and a usage error for options that do not go with it. */
export async function serviceAccountOf(options: ClientOptions, invocation: Invocation): Promise<GivenServiceAccount> {
  const { serviceAccountFile: file } = options
  if (file === undefined) {
    throw new UsageError(
      'Which service account?',
      'Give --service-account-file <path>, the JSON that the console gave out.',
    )
  }
  const others = OTHERS.filter(([, name]) => options[name] !== undefined).map(([flag]) => flag)
  if (others.length > 0) {
    throw new UsageError(`${others.join(', ')}: a service account needs neither client nor grant.`, 'Leave it out.')
  }
  const account = serviceAccount((await givenFile('--service-account-file', file, invocation.cwd)).toString('utf8'))
  invocation.terminal.conceal(account.private_key)
  const { client_email } = account
  const grant = `${client_email} for ${options.subject ?? client_email}`
  return { account, settings: { clientId: client_email, clientAuth: 'none', grant } }
}
