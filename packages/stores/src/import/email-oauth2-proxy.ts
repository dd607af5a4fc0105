import { OAuthError } from '@evergrant/core'
import { fernetKey, unfernet } from './fernet.ts'
import { scopes, seconds, text } from './fields.ts'
import { type ForeignGrant, foreignGrant } from './foreign-grant.ts'

type Section = ReadonlyMap<string, string>

/** The iterations of versions that did not write them down. */
const FIRST_ITERATIONS = 100_000

/** The configuration file of Email OAuth 2.0 Proxy: a section for each address, with its sealed tokens. */
export function isProxyConfig(file: string): boolean {
  return /^\s*\[[^\]\n]+\]/m.test(file) && /^\s*(?:token_url|permission_url|token_salt)\s*[=:]/m.test(file)
}

/**
 * The accounts of the file. The tokens are sealed with the password that the mail program gives the proxy; each
 * account may have another. Those that the passwords do not open are named in an error when none was opened.
 */
export async function fromProxyConfig(file: string, passwords: readonly string[]): Promise<ForeignGrant[]> {
  const found: ForeignGrant[] = []
  const closed: string[] = []
  for (const [name, section] of sections(file)) {
    const sealed = text(section.get('refresh_token')) ?? text(section.get('access_token'))
    if (sealed === undefined) continue
    const open = await opener(section, sealed, passwords)
    if (open === undefined) closed.push(name)
    else found.push(...(accountOf(name, section, open) ?? []))
  }
  if (found.length === 0 && closed.length > 0) throw sealedError(closed, passwords.length > 0)
  return found
}

type Open = (value: string | undefined) => string | undefined

async function opener(section: Section, sample: string, passwords: readonly string[]): Promise<Open | undefined> {
  const salt = Buffer.from(section.get('token_salt') ?? '', 'base64')
  const iterations = seconds(section.get('token_iterations')) ?? FIRST_ITERATIONS
  for (const password of passwords) {
    const key = await fernetKey(password, salt, iterations)
    if (unfernet(sample, key) !== undefined) return (value) => value && unfernet(value, key)
  }
  return undefined
}

function accountOf(name: string, section: Section, open: Open): ForeignGrant[] | undefined {
  const found = foreignGrant({
    name,
    username: name,
    client: {
      client_id: section.get('client_id'),
      client_secret: section.get('client_secret') ?? open(section.get('client_secret_encrypted')),
      authorization_endpoint: section.get('permission_url'),
      token_endpoint: section.get('token_url'),
    },
    refresh_token: open(section.get('refresh_token')),
    scope: scopes(section.get('oauth2_scope')),
    access_token: open(section.get('access_token')),
    expires_at: seconds(section.get('access_token_expiry')),
  })
  return found === undefined ? undefined : [found]
}

/** Python's configparser: sections in brackets, `=` or `:`, comments, and lines that go on when they are indented. */
function sections(file: string): Map<string, Map<string, string>> {
  const all = new Map<string, Map<string, string>>()
  let current: Map<string, string> | undefined
  let option = ''
  for (const line of file.split(/\r?\n/)) {
    if (/^\s*(?:[#;]|$)/.test(line)) continue
    const [, header] = /^\[([^\]]+)\]/.exec(line) ?? []
    if (header !== undefined) {
      current = new Map()
      all.set(header, current)
      continue
    }
    const [, name, value = ''] = /^([^\s=:][^=:]*?)\s*[=:]\s*(.*)$/.exec(line) ?? []
    if (name !== undefined) {
      option = name.toLowerCase()
      current?.set(option, value.trim())
    } else if (/^\s/.test(line) && option !== '') {
      current?.set(option, `${current.get(option) ?? ''} ${line.trim()}`.trim())
    }
  }
  return all
}

function sealedError(names: readonly string[], tried: boolean): OAuthError {
  const whose = names.join(', ')
  return new OAuthError(
    'INVALID_ARGUMENT',
    tried
      ? `The password does not open the tokens of ${whose}.`
      : `The tokens of ${whose} are sealed with the password that the mail program sends to the proxy. Give it.`,
  )
}
