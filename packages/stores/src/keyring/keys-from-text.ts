import { type Keys, OAuthError, type SealingKey } from '@evergrant/core'
import { awsKmsAddress } from './aws-kms-address.ts'
import { keyFromText } from './key-from-text.ts'

/**
 * The keys in a text, as in the variable EVERGRANT_KEY and in key files: one in a line, or separated by commas, the one
 * that seals first. A line that begins with `#` is a comment. A key is 32 random bytes in hex, base64 or base64url, or
 * the address of a key that is elsewhere, in a line of its own: `command:program arguments`,
 * `aws-kms:<ARN of the key>`.
 *
 * Throws `INVALID_SETTING`, naming `source` and never the text.
 */
export async function keysFromText(text: string, source = 'The sealing key'): Promise<Keys> {
  const [current, ...others] = await Promise.all(entries(text).map((entry) => key(entry, source)))
  if (current === undefined) return { current: await keyFromText('', source) }
  return { current, others }
}

function entries(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .flatMap((line) => (ADDRESS.test(line) ? [line] : line.split(',').map((part) => part.trim())))
    .filter((part) => part !== '')
}

const ADDRESS = /^([a-z][a-z0-9-]*):/

async function key(entry: string, source: string): Promise<SealingKey> {
  const [, scheme] = ADDRESS.exec(entry) ?? []
  switch (scheme) {
    case undefined:
      return keyFromText(entry, source)
    case 'command': {
      const { commandKey } = await import('./command-key.ts')
      if (!/^command:\s*[^\s\0]/.test(entry) || entry.includes('\0')) {
        const message = `${source} is command: without a program. It is like command:/usr/local/bin/our-hsm --slot 3.`
        throw new OAuthError('INVALID_SETTING', message)
      }
      return commandKey({ command: entry.slice('command:'.length).trim().split(/\s+/) })
    }
    case 'aws-kms': {
      const { awsKmsKey } = await import('./aws-kms-key.ts')
      return awsKmsKey(awsKmsAddress(entry))
    }
    default: {
      const message = `${source} begins with ${scheme}:, which is no place of keys. Known are command: and aws-kms:, and 32 random bytes as they are.`
      throw new OAuthError('INVALID_SETTING', message)
    }
  }
}
