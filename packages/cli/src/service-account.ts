import { type ServiceAccount, serviceAccount } from '@evergrant/core'
import type { ClientOptions } from './client-options.ts'
import { givenFile } from './given-file.ts'
import type { Invocation } from './invocation.ts'
import { UsageError } from './usage-error.ts'

/** A service account from its key file, and the client that it is. */
export interface GivenServiceAccount {
  readonly account: ServiceAccount
  readonly settings: Pick<ClientOptions, 'clientId' | 'clientAuth'>
}

/** What says who the client is or where its grant is, which with a service account is in its file or nowhere. */
const OTHERS = [
  ['--client-id', 'clientId'],
  ['--client-secret', 'clientSecret'],
  ['--client-secret-file', 'clientSecretFile'],
  ['--client-auth', 'clientAuth'],
  ['--client-key-file', 'clientKeyFile'],
  ['--store', 'store'],
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
    throw new UsageError(`${others.join(', ')}: a service account needs neither client nor store.`, 'Leave it out.')
  }
  const account = serviceAccount((await givenFile('--service-account-file', file, invocation.cwd)).toString('utf8'))
  invocation.terminal.conceal(account.private_key)
  return { account, settings: { clientId: account.client_email, clientAuth: 'none' } }
}
