import type { Clock, Want } from '@evergrant/core'
import { nodemailerAuth } from '@evergrant/core/adapters'
import type SMTPPool from 'nodemailer/lib/smtp-pool'
import { type SaslMechanism, saslExchange, saslLines } from '../sasl/index.ts'
import type { MailTokens } from '../sign-in/open.ts'

interface SmtpSignIn {
  readonly mechanism?: SaslMechanism | undefined
  readonly host: string
  readonly port: number
  readonly clock: Clock
}

/**
 * How a nodemailer transport signs in with tokens. XOAUTH2 it knows by itself; OAUTHBEARER is done here, once more with a newer
 * token where the first is refused.
 */
export function smtpAuth(
  source: MailTokens,
  mailbox: string,
  { mechanism, host, port, clock }: SmtpSignIn,
): Pick<SMTPPool.Options, 'auth' | 'customAuth'> {
  if (mechanism !== 'OAUTHBEARER') return { auth: nodemailerAuth(source, mailbox, { clock }) }
  return {
    auth: { type: 'custom', method: mechanism, user: mailbox, pass: '' },
    customAuth: {
      [mechanism]: async ({ sendCommand }: { sendCommand(command: string): Promise<Reply> }) => {
        const attempt = async (want: Want): Promise<{ readonly token: string; readonly reply: Reply }> => {
          const { access_token: token } = await source.token(want)
          const exchange = saslExchange(mechanism, { mailbox, token, host, port })
          const [command, initial] = saslLines('smtp', `AUTH ${mechanism}`, exchange)
          let reply = await sendCommand(command)
          if (reply.status === 334 && initial !== undefined) reply = await sendCommand(initial)
          if (reply.status === 334) reply = await sendCommand(exchange.acknowledge)
          return { token, reply }
        }
        const first = await attempt({ minTtl: 60 })
        if (first.reply.status === 235) return
        const { reply } = await attempt({ rejected: first.token })
        if (reply.status !== 235) throw new Error(reply.response)
      },
    },
  }
}

interface Reply {
  readonly status: number
  readonly response: string
}
