import { isOAuthError, type OAuthError } from '@evergrant/core'
import { type MailCheck, technicalWords, verifyMail } from '@evergrant/mail/sign-in'
import { asOAuthError, type Tokens } from '../accounts/tokens.ts'
import type { MailSettings, MailStep, MailTest } from '../contract/index.ts'
import type { Deps } from '../deps.ts'
import type { MailAccounts } from './mail-accounts.ts'

/**
 * Tests a mailbox step by step: a token, whose it is, then each server is signed in to and used. Nothing is sent, deleted or
 * marked as read. The steps after one without which they cannot be are left out. The outcome is kept.
 */
export async function testMail(id: string, mail: MailAccounts, tokens: Tokens, deps: Deps): Promise<MailTest> {
  const steps = await stepsOf(id, mail, tokens)
  const reads = steps.some(({ step }) => step === 'imap')
  const needed = steps.filter(({ step }) => step !== 'pop' || !reads)
  const test: MailTest = { ok: needed.every(({ ok }) => ok), at: deps.clock.now(), steps }
  await mail.tested(id, test)
  return test
}

async function stepsOf(id: string, mail: MailAccounts, tokens: Tokens): Promise<MailStep[]> {
  const source = { token: (want?: Parameters<Tokens['hand']>[1]) => tokens.hand(id, want) }
  const steps: MailStep[] = []
  try {
    const { scope } = await source.token()
    const detail = scope ? `The provider gave an access token for ${scope}.` : 'The provider gave an access token.'
    steps.push({ step: 'token', ok: true, detail })
  } catch (thrown) {
    // Paused is for whoever asked.
    if (!isOAuthError(thrown)) throw thrown
    return [failed('token', thrown)]
  }
  const settings = await mail.settings(id)
  const identity = identityOf(settings)
  steps.push(identity)
  const { mailbox } = settings
  if (!identity.ok || mailbox === undefined) return steps
  try {
    await mail.assertReachable(id, settings)
  } catch (thrown) {
    const step = settings.imap ? 'imap' : settings.pop ? 'pop' : 'smtp'
    return [...steps, failed(step, asOAuthError(thrown))]
  }
  const { imap, pop, smtp, mechanism } = settings
  const checks = await verifyMail(source, { mailbox, imap, pop, smtp, mechanism }, await mail.connecting(id, 15))
  return [...steps, ...checks.map(stepOf)]
}

/** Whose mailbox it is, and where. */
function identityOf({ mailbox, principal, imap, pop, smtp, advice }: MailSettings): MailStep {
  const step = 'identity'
  if (mailbox === undefined) {
    const detail = 'The provider did not tell an e-mail address.'
    return { step, ok: false, detail, who: 'person', advice: 'Set the address of the mailbox by hand.' }
  }
  if (imap === undefined && pop === undefined && smtp === undefined) {
    const detail = `The mail servers of ${mailbox} are not known.`
    return { step, ok: false, detail, who: 'person', advice: advice ?? 'Set the mail servers by hand.' }
  }
  const shared = principal !== undefined && principal.toLowerCase() !== mailbox.toLowerCase()
  return {
    step,
    ok: true,
    detail: shared ? `${principal} opens the mailbox ${mailbox}.` : `The mailbox is ${mailbox}.`,
  }
}

function stepOf({ protocol, server, ok, detail = '', error }: MailCheck): MailStep {
  const at = `${server.host}:${server.port}`
  if (error === undefined) return { step: protocol, ok, server: at, detail }
  return { ...failed(protocol, error), server: at }
}

function failed(step: MailStep['step'], failure: OAuthError): MailStep {
  const { code, message, who, advice } = failure
  const technical = technicalWords(failure)
  return { step, ok: false, detail: message, ...(technical === undefined ? {} : { technical }), code, who, advice }
}
