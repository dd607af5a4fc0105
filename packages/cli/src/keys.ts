import { join, resolve } from 'node:path'
import { isOAuthError, type Keyring, OAuthError } from '@evergrant/core'
import { type KeyPlace, openKeyring } from '@evergrant/stores/keyring'
import { type Command, Option } from 'commander'
import type { Invocation } from './invocation.ts'
import { present } from './option-values.ts'
import { UsageError } from './usage-error.ts'

/** Where the sealing keys are, as typed. */
export interface KeyOptions {
  readonly keyFile?: string
  readonly dataDir?: string
}

/**
 * Where the sealing keys are: the key file that is typed, EVERGRANT_KEY, EVERGRANT_KEY_FILE, or the key in the server's
 * data folder. Undefined when nothing names one.
 */
export function keyPlace(options: KeyOptions, { env, cwd }: Pick<Invocation, 'env' | 'cwd'>): KeyPlace | undefined {
  if (options.keyFile !== undefined) return { file: resolve(cwd, options.keyFile), create: false }
  const text = env['EVERGRANT_KEY']
  if (text) return { text, source: 'EVERGRANT_KEY' }
  const named = env['EVERGRANT_KEY_FILE']
  if (named) return { file: resolve(cwd, named), create: false }
  if (options.dataDir === undefined) return undefined
  return { file: join(resolve(cwd, options.dataDir), 'key'), create: false }
}

/** The keyring that was named. */
export async function namedKeyring(
  options: KeyOptions,
  invocation: Pick<Invocation, 'env' | 'cwd' | 'clock'>,
): Promise<Keyring> {
  const place = keyPlace(options, invocation)
  if (place === undefined) {
    throw new UsageError('Which sealing keys? Nothing names them.', 'Give --key-file <path>, or set EVERGRANT_KEY.')
  }
  return openKeyring(place, { clock: invocation.clock }).catch((cause: unknown) => {
    throw isOAuthError(cause) && cause.code === 'KEY_UNAVAILABLE' ? missing(cause) : cause
  })
}

const missing = (cause: OAuthError): OAuthError =>
  new OAuthError('KEY_UNAVAILABLE', cause.message, {
    cause,
    guidance: {
      class: cause.class,
      who: cause.who,
      advice:
        'Bring the file back from a backup, or say where the key is: --key-file, EVERGRANT_KEY or EVERGRANT_KEY_FILE. Without it nothing that it sealed can be opened; another key does not help.',
    },
  })

/** The option that names the sealing keys of a server. */
export function withKeyFile(command: Command): Command {
  return command
    .optionsGroup('Keys:')
    .addOption(
      new Option(
        '--key-file <path>',
        'the sealing keys (default: EVERGRANT_KEY…, the file "key" in the data folder)',
      ).argParser(present),
    )
}
