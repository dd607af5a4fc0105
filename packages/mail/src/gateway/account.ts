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

/** Something worth telling the operator. Nothing in it is a secret; `tried` alone was typed by somebody who is not known. */
export interface GatewayEvent {
  /**
   * `renewed`: the session goes on on another connection, before its token ends. `wrong`: no such account or password.
   * `lockout`: that was one too many, and the source is not listened to for a time. `locked`: not looked at, because of that.
   * `failed`: the mail server or the grant; or a session that could not be followed any more, and was ended.
   */
  readonly type: 'opened' | 'renewed' | 'closed' | 'wrong' | 'lockout' | 'locked' | 'failed'
  readonly protocol: 'imap' | 'pop' | 'smtp'
  /** Where the program connected from. */
  readonly from: string
  /** Absent while nobody is known. */
  readonly mailbox?: string | undefined
  readonly program?: string | undefined
  /** The address that was tried, of a log-in that was `wrong` and of a `lockout` for it alone: 254 characters of ASCII at most. */
  readonly tried?: string | undefined
  /** How long a `lockout` lasts, in seconds. */
  readonly seconds?: number | undefined
  readonly error?: Error | undefined
}
