import { resolveMx } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'
import { type Abortable, OAuthError } from '@evergrant/core'
import { checkedUser } from '../sasl/checked.ts'
import { type NamedServers, readAutoconfig, readAutodiscover } from './autoconfig.ts'
import { isHost, type MailServer } from './mail-server.ts'
import { type MailAuthentication, type MailPreset, mailPresets } from './presets.ts'
import { LONGEST_XML } from './xml.ts'

/** What is known of an address's mailbox. */
export interface MailDiscovery {
  readonly address: string
  /** What told it: the list of presets, the domain's mail exchanger, or a file that the domain publishes. */
  readonly by: 'preset' | 'mx' | 'autoconfig' | 'autodiscover'
  readonly preset?: MailPreset | undefined
  readonly imap?: MailServer | undefined
  readonly pop?: MailServer | undefined
  readonly smtp?: MailServer | undefined
  /** Best first; empty when only the server can tell. */
  readonly auth: readonly MailAuthentication[]
  /** For the person: what to do to sign in, where that is not OAuth 2.0. */
  readonly advice?: string | undefined
}

/** What discovery asks. Each can be replaced. */
export interface DiscoverOptions extends Abortable {
  /** Default: the presets of this package. */
  readonly presets?: readonly MailPreset[] | undefined
  /** Host names of a domain's mail exchangers, best first; rejects or is empty when there are none. Default: DNS. */
  readonly mailExchangers?: ((domain: string) => Promise<readonly string[]>) | undefined
  /** Fetches the files that the domain may publish. A server should give one that reaches no private address. */
  readonly fetch?: typeof fetch | undefined
  /** Seconds for each question. Default 10. */
  readonly timeout?: number | undefined
}

/**
 * Finds the servers of an address: a preset by its domain, a preset by the domain's mail exchangers, then autoconfig and
 * autodiscover of the domain over https. The address itself is told to nobody but the domain's autodiscover.
 *
 * Throws `INVALID_ARGUMENT` for what is no address, and `MAIL_SERVERS_UNKNOWN` when nobody knows.
 *
 * @example
 * ```ts
 * import { discoverMail } from '@evergrant/mail/discovery'
 *
 * const { imap, auth, advice } = await discoverMail('alice@example.org')
 * if (auth[0] !== 'oauth2') console.log(advice)
 * else console.log(`${imap?.host}:${imap?.port}`)
 * ```
 */
export async function discoverMail(address: string, options: DiscoverOptions = {}): Promise<MailDiscovery> {
  const domain = domainOf(address)
  const presets = options.presets ?? (await mailPresets())
  const known = presets.find(({ domains }) => domains.includes(domain))
  if (known !== undefined) return fromPreset(address, 'preset', known)
  const exchangers = await quiet(() => (options.mailExchangers ?? dnsExchangers)(domain))
  const host = presets.find(({ mx = [] }) =>
    exchangers?.some((name) => mx.some((end) => name === end || name.endsWith(`.${end}`))),
  )
  if (host !== undefined) return fromPreset(address, 'mx', host)
  const published = await autoconfig(address, domain, options)
  if (published !== undefined) return published
  options.signal?.throwIfAborted()
  const message = `Nobody knows the mail servers of ${domain}: no preset, no mail exchanger of a known provider, no autoconfig.`
  throw new OAuthError('MAIL_SERVERS_UNKNOWN', message)
}

function domainOf(address: string): string {
  const at = checkedUser(address).lastIndexOf('@')
  const domain = address.slice(at + 1).toLowerCase()
  const ascii = URL.canParse(`https://${domain}`) ? new URL(`https://${domain}`).hostname : ''
  if (at < 1 || !ascii.includes('.') || !isHost(ascii) || /[/?#:@\s]/.test(domain))
    throw new OAuthError('INVALID_ARGUMENT', 'The mail address must look like name@example.org.')
  return ascii
}

function fromPreset(address: string, by: 'preset' | 'mx', preset: MailPreset): MailDiscovery {
  return {
    address,
    by,
    preset,
    imap: preset.imap?.[0],
    pop: preset.pop?.[0],
    smtp: preset.smtp?.[0],
    auth: preset.auth,
    advice: advice(preset.name, preset.auth),
  }
}

/** The honest answer where there is no OAuth 2.0. */
function advice(name: string, auth: readonly MailAuthentication[]): string | undefined {
  if (auth.includes('oauth2')) return undefined
  if (auth.includes('app-password'))
    return `${name} gives programs no OAuth 2.0. Make an app password in the security settings of the account there, and use it in the mail program.`
  if (auth.includes('bridge'))
    return `${name} gives programs no OAuth 2.0 and has no mail servers for them. Its own bridge, a program for the computer, serves the mailbox there with a password of its own.`
  return `${name} gives programs no OAuth 2.0. The mail program uses the mailbox's own password, or an app password where two-step sign-in is on. IMAP, POP and SMTP may have to be switched on in the settings there first.`
}

async function autoconfig(
  address: string,
  domain: string,
  options: DiscoverOptions,
): Promise<MailDiscovery | undefined> {
  const tries = [
    ['autoconfig', `https://autoconfig.${domain}/mail/config-v1.1.xml`],
    ['autoconfig', `https://${domain}/.well-known/autoconfig/mail/config-v1.1.xml`],
    ['autodiscover', `https://autodiscover.${domain}/autodiscover/autodiscover.xml`],
  ] as const
  for (const [by, url] of tries) {
    options.signal?.throwIfAborted()
    const xml = await quiet(async () => {
      const body = by === 'autodiscover' ? await autodiscoverRequest(address) : undefined
      return published(url, body, options)
    })
    const found: NamedServers | undefined =
      xml === undefined ? undefined : (by === 'autoconfig' ? readAutoconfig : readAutodiscover)(xml, address)
    if (found === undefined) continue
    const [imap] = found.imap
    const [pop] = found.pop
    const [smtp] = found.smtp
    return { address, by, imap, pop, smtp, auth: found.oauth2 ? ['oauth2'] : [] }
  }
  return undefined
}

async function published(url: string, body: string | undefined, options: DiscoverOptions): Promise<string | undefined> {
  const limit = AbortSignal.timeout((options.timeout ?? 10) * 1000)
  const response = await (options.fetch ?? fetch)(url, {
    // Where it leads is the domain's choice, but never to plain http.
    redirect: 'error',
    signal: options.signal === undefined ? limit : AbortSignal.any([options.signal, limit]),
    ...(body === undefined ? {} : { method: 'POST', body, headers: { 'content-type': 'text/xml; charset=utf-8' } }),
  })
  if (!response.ok || response.body === null) {
    await response.body?.cancel()
    return undefined
  }
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > LONGEST_XML) return undefined
  }
  return text
}

/** The question that Exchange's autodiscover answers (POX). */
async function autodiscoverRequest(address: string): Promise<string> {
  const request = await readFile(new URL('../../catalog/autodiscover-request.xml', import.meta.url), 'utf8')
  const named = address.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return request.trim().replace('@ADDRESS@', () => named)
}

async function dnsExchangers(domain: string): Promise<readonly string[]> {
  const records = await resolveMx(domain)
  return records
    .sort((a, b) => a.priority - b.priority)
    .map(({ exchange }) => exchange.toLowerCase().replace(/\.$/, ''))
}

/** One way that fails is one way less. */
async function quiet<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch {
    return undefined
  }
}
