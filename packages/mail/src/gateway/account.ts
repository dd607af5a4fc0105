import type { MailTokens } from '../sign-in/open.ts'
import type { MailAccount } from '../sign-in/verify.ts'

/** A program that may use a mailbox through the gateway. */
export interface GatewayProgram {
  readonly name: string
  /** Of {@link hashProgramPassword}. */
  readonly hash: string
}

/** A mailbox that programs reach through the gateway. */
export interface GatewayAccount extends MailAccount {
  readonly source: MailTokens
  readonly programs: readonly GatewayProgram[]
  /**
   * Asked in place of `programs`, for passwords that are kept elsewhere: the name of the program that has this one, undefined
   * when none has. `from` is where the program connected from. It should take as long for a wrong one as for a right one. Not asked while the source is locked out.
   */
  readonly accepts?: ((password: string, from: string) => Promise<string | undefined>) | undefined
}

/** Something worth telling the operator. Nothing in it is a secret, or was typed by somebody who is not known. */
export interface GatewayEvent {
  /**
   * `renewed`: the session goes on on another connection, before its token ends. `wrong`: no such account or password.
   * `locked`: not looked at, too many were wrong. `failed`: the mail server or the grant.
   */
  readonly type: 'opened' | 'renewed' | 'closed' | 'wrong' | 'locked' | 'failed'
  readonly protocol: 'imap' | 'pop' | 'smtp'
  /** Where the program connected from. */
  readonly from: string
  /** Absent while nobody is known. */
  readonly mailbox?: string | undefined
  readonly program?: string | undefined
  readonly error?: Error | undefined
}
