import { isOAuthError, OAuthError, scrub, type Want } from '@evergrant/core'
import { imapflowAuth } from '@evergrant/core/adapters'
import type { ImapFlow, ImapFlowOptions } from 'imapflow'
import { type MailServer, secured } from '../discovery/mail-server.ts'
import type { SaslMechanism } from '../sasl/index.ts'
import { loginRefusal } from '../sign-in/login-refusal.ts'
import type { MailTokens } from '../sign-in/open.ts'
import type { MailConnecting } from '../wire/connect.ts'
import { connectionFailure, serverName } from '../wire/connection-failure.ts'

/** What an imapflow error says beyond its message. */
interface Failure {
  readonly authenticationFailed?: unknown
  readonly responseText?: unknown
  readonly response?: unknown
}

/** An imapflow client that is signed in and whose INBOX opens, and the end of its token. */
export interface ImapConnection {
  readonly client: ImapFlow
  readonly expires_at?: number | undefined
}

/** Where and how to connect. */
export interface ImapConnecting extends MailConnecting {
  readonly server: MailServer
  readonly mailbox: string
  readonly mechanism?: SaslMechanism | undefined
  readonly want?: Want | undefined
  /** More options of imapflow's; the connection, the sign-in and TLS stay as they are here. */
  readonly imapflow?: Partial<ImapFlowOptions> | undefined
}

/** Exchange takes the token before the mailbox is there, and then refuses every command. */
export function isNotConnected(error: unknown): boolean {
  return (
    isOAuthError(error) &&
    error.code === 'MAIL_COMMAND_REFUSED' &&
    /authenticated but not connected/i.test(error.message)
  )
}

/** Connects, signs in and sees that INBOX opens; with a newer token once more when the server refuses the first. */
export async function connectImap(source: MailTokens, at: ImapConnecting): Promise<ImapConnection> {
  const { mailbox, want } = at
  let end: number | undefined
  const tokens: MailTokens = {
    token: async (more) => {
      const token = await source.token({ ...want, ...more })
      end = token.expires_at
      return token
    },
  }
  const first = await imapflowAuth(tokens, mailbox)
  try {
    return { client: await attempt(at, first.accessToken), expires_at: end }
  } catch (error) {
    if (!isOAuthError(error) || error.code !== 'MAIL_LOGIN_REFUSED' || error.class !== 'consent') throw error
    const newer = await imapflowAuth(tokens, mailbox, first.accessToken)
    if (newer.accessToken === first.accessToken) throw error
    return { client: await attempt(at, newer.accessToken), expires_at: end }
  }
}

async function attempt(at: ImapConnecting, accessToken: string): Promise<ImapFlow> {
  const { server, mailbox, mechanism, ca, lookup, timeout = 30, imapflow = {} } = at
  const { host, port, security } = secured(server)
  // Loaded when it is needed: imapflow is an optional peer.
  const { ImapFlow } = await import('imapflow')
  const tls = { ...(ca === undefined ? {} : { ca }), ...(lookup === undefined ? {} : { lookup }) }
  const client: ImapFlow = new ImapFlow({
    logger: false,
    connectionTimeout: timeout * 1000,
    greetingTimeout: timeout * 1000,
    ...imapflow,
    host,
    port,
    secure: security === 'tls',
    // True insists: without it, imapflow goes on in the clear when a server hides STARTTLS.
    doSTARTTLS: security === 'starttls',
    // Also how it connects without TLS, whatever the name says.
    tls,
    auth: {
      user: mailbox,
      // Read at the moment of signing in, when the server has told what it offers.
      get accessToken() {
        if (mechanism !== undefined) insist(client, mechanism)
        return accessToken
      },
    },
  })
  // Whoever uses the client hears of its end from the command that fails.
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.mailboxOpen('INBOX', { readOnly: true })
    // Left open for reading, it would make imapflow drop the flags of what is appended anywhere.
    await client.mailboxClose()
  } catch (error) {
    client.close()
    throw imapFailure(error, at, accessToken)
  }
  return client
}

/** Imapflow takes OAUTHBEARER where it is offered, and has no option for another choice: it is shown one alone. */
function insist({ capabilities }: ImapFlow, mechanism: SaslMechanism): void {
  for (const one of ['XOAUTH', 'XOAUTH2', 'OAUTHBEARER']) capabilities.delete(`AUTH=${one}`)
  capabilities.set(`AUTH=${mechanism}`, true)
}

function imapFailure(error: unknown, { server, mailbox }: ImapConnecting, token: string): OAuthError {
  if (isOAuthError(error)) return error
  const cause = error instanceof Error ? error : new Error(String(error))
  const { authenticationFailed, responseText, response } = cause as Error & Failure
  const words = [responseText, response].find((text) => typeof text === 'string') ?? cause.message
  const said = scrub(String(words).slice(0, 500), [token])
  const where = serverName(server)
  if (/authenticated but not connected/i.test(said) || (authenticationFailed !== true && responseText !== undefined)) {
    const message = `${where} signed ${mailbox} in, then refused its INBOX: ${said}`
    return new OAuthError('MAIL_COMMAND_REFUSED', message, { error_description: said })
  }
  if (authenticationFailed === true) return loginRefusal({ server, mailbox, token }, said)
  return connectionFailure(cause, server)
}
