import type { Subject } from '@evergrant/core'

/**
 * Whom an account was added for, when somebody signed in for it under another name. Of an address and a plain user name the
 * part before the `@` is compared. Names may differ and the person still be the same: it is a question, and no refusal.
 */
export function addedFor(login_hint: string | null, subject: Subject | undefined): string | undefined {
  const wanted = login_hint?.trim() ?? ''
  const used = subject?.username?.trim() ?? ''
  if (wanted === '' || used === '') return undefined
  const whole = wanted.includes('@') && used.includes('@')
  const [one, other] = [wanted, used].map((name) => (whole ? name : beforeAt(name)).toLowerCase())
  return one === other ? undefined : wanted
}

const beforeAt = (name: string): string => name.split('@', 1)[0] ?? name
