import type { SignedIn } from './sessions.ts'

type User = SignedIn['user']

/**
 * What a route does with an account. `see`: also changes of what is only ours. `link`: binds it to
 * somebody at the provider. `mail`: reads or sends mail with it, or says where its mailbox is.
 */
export type AccountUse = 'see' | 'link' | 'mail'

/** Members see their own accounts; administrators all. */
export function maySee(user: User, owner: string | null): boolean {
  return user.role === 'admin' || owner === user.id
}

/**
 * Only whose account it is may connect it: otherwise an administrator's mailbox could end up behind somebody else's
 * account, or the other way round. Administrators connect what is nobody's.
 */
export function mayLink(user: User, owner: string | null): boolean {
  return owner === null ? user.role === 'admin' : owner === user.id
}

/** What is in a mailbox is for its owner alone; when they were removed it is for nobody, administrators included. */
export function mayReadMail(user: User, owner: string | null, formerOwner: string | null): boolean {
  return mayLink(user, owner) && (owner !== null || formerOwner === null)
}

/** The user to whose things a list is limited; undefined: an administrator sees all. */
export function ownOnly(signedIn: SignedIn | undefined): string | undefined {
  return signedIn?.user.role === 'member' ? signedIn.user.id : undefined
}
