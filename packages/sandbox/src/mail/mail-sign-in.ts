import type { Sandbox } from '../sandbox.ts'

/** What became of a sign-in: the mailbox, or the error of RFC 7628 §3.2.2. */
export type SignedIn =
  | { readonly mailbox: string; valid(): boolean }
  | { readonly status: 'invalid_token' | 'insufficient_scope' | 'invalid_request'; readonly scope?: string }

/** Mailboxes that several people open with their own tokens, by address: who may, by `sub`. */
export type SharedMailboxes = Readonly<Record<string, readonly string[]>>

/** Tells who may in. */
export interface MailSignIn {
  /** The initial response of a mechanism, in base64. */
  bySasl(mechanism: string, base64: string): SignedIn
  /** A name and a password: the person's own one, or a token in its place, as programs without SASL send it. */
  byPassword(address: string, password: string): SignedIn
  /** The mailbox that takes mail for an address; undefined when nobody here has it. */
  receives(address: string): string | undefined
}

/** A scope that is about mail at any provider that the sandbox may imitate. */
const ABOUT_MAIL = /mail|imap|pop|smtp/i

/** Who may open which mailbox: a person their own and shared ones, an application on its own any. */
export function mailSignIn(sandbox: Sandbox, shared: SharedMailboxes): MailSignIn {
  const known = (address: string): string | undefined =>
    [...sandbox.people().map(({ email }) => email.toLowerCase()), ...Object.keys(shared)].find((one) => one === address)

  const withToken = (address: string, token: string): SignedIn => {
    const seen = sandbox.inspect(token)
    if (seen === undefined) return { status: 'invalid_token' }
    if (!ABOUT_MAIL.test(seen.scope)) return { status: 'insufficient_scope', scope: 'mail' }
    const mailbox = known(address.toLowerCase())
    const may =
      seen.sub === undefined ||
      seen.email?.toLowerCase() === mailbox ||
      shared[mailbox ?? '']?.includes(seen.sub) === true
    if (mailbox === undefined || !may) return { status: 'invalid_token' }
    return { mailbox, valid: () => sandbox.inspect(token) !== undefined }
  }

  return {
    bySasl(mechanism, base64) {
      const message = decoded(base64)
      if (message === undefined) return { status: 'invalid_request' }
      const fields = message.split('\u0001')
      const token = fields.map((field) => /^auth=Bearer +(\S+)$/i.exec(field)?.[1]).find((found) => found !== undefined)
      const user =
        mechanism === 'XOAUTH2'
          ? /^user=(.+)$/.exec(fields[0] ?? '')?.[1]
          : /^[ny],a=([^,]+),$/
              .exec(fields[0] ?? '')?.[1]
              ?.replaceAll('=2C', ',')
              .replaceAll('=3D', '=')
      if (token === undefined || user === undefined || !message.endsWith('\u0001\u0001'))
        return { status: 'invalid_request' }
      return withToken(user, token)
    },
    byPassword(address, password) {
      const person = sandbox.people().find(({ email }) => email.toLowerCase() === address.toLowerCase())
      if (person?.password !== undefined && person.password === password)
        return { mailbox: person.email.toLowerCase(), valid: () => true }
      return withToken(address, password)
    },
    receives: (address) => known(address.toLowerCase()),
  }
}

/** The challenge that tells why, in base64. */
export function saslError(signedIn: Extract<SignedIn, { status: string }>, issuer: string): string {
  const { status, scope } = signedIn
  const body = {
    status,
    ...(scope === undefined ? {} : { scope }),
    'openid-configuration': `${issuer}/.well-known/openid-configuration`,
  }
  return Buffer.from(JSON.stringify(body)).toString('base64')
}

/** Strict base64 of UTF-8. */
export function decoded(base64: string): string | undefined {
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined
  return Buffer.from(base64, 'base64').toString('utf8')
}
