import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ErrorCode, OAuthError } from '@evergrant/core'
import { exchangeMissing, exchangeSetup } from '@evergrant/mail/app-only'
import type { MailCheck } from '@evergrant/mail/sign-in'

const application = {
  tenant: 'contoso.example',
  appId: '11111111-1111-4111-8111-111111111111',
  objectId: '22222222-2222-4222-8222-222222222222',
  mailboxes: ["o'brien@contoso.example"],
}

test('the PowerShell names the enterprise application’s object id, and no mailbox name can break out of it', () => {
  const steps = exchangeSetup(application)
  assert.deepEqual(
    steps.map(({ id }) => id),
    ['permission', 'connect', 'principal', 'mailbox', 'smtp-auth'],
  )
  assert.match(steps[0]?.text ?? '', /IMAP\.AccessAsApp, SMTP\.SendAsApp/)
  assert.deepEqual(steps[2]?.commands, [
    "New-ServicePrincipal -AppId '11111111-1111-4111-8111-111111111111' -ObjectId '22222222-2222-4222-8222-222222222222' -DisplayName 'Evergrant mail'",
  ])
  assert.deepEqual(steps[3]?.commands, [
    "Add-MailboxPermission -Identity 'o''brien@contoso.example' -User '22222222-2222-4222-8222-222222222222' -AccessRights FullAccess",
  ])
  assert.equal(exchangeSetup({ ...application, protocols: ['imap'] }).length, 4)
  const both = exchangeSetup({ ...application, protocols: ['imap', 'pop'] })[3]
  assert.match(both?.text ?? '', /IMAP and POP must be on .* -ImapEnabled \$true -PopEnabled \$true"/)
  assert.equal(
    both?.look[1],
    "Get-CASMailbox -Identity 'o''brien@contoso.example' | Format-List ImapEnabled, PopEnabled",
  )
  for (const wrong of [
    { objectId: application.appId },
    { appId: 'x' },
    { tenant: "x'; Remove-Mailbox" },
    { mailboxes: ['a@b.example\nRemove-Mailbox'] },
  ])
    assert.throws(() => exchangeSetup({ ...application, ...wrong }), { code: 'INVALID_ARGUMENT' })
})

test('sending by a role of Exchange’s own needs a scope of these mailboxes, and no permission that would count beside it', () => {
  const both = exchangeSetup({ ...application, sending: 'rbac' })
  assert.deepEqual(
    both.map(({ id }) => id),
    ['permission', 'connect', 'principal', 'mailbox', 'role', 'smtp-auth'],
  )
  assert.match(both[0]?.text ?? '', /Application permissions: IMAP\.AccessAsApp\. Not SMTP\.SendAsApp/)
  const steps = exchangeSetup({
    ...application,
    mailboxes: ["o'brien@contoso.example", 'orders@contoso.example'],
    protocols: ['smtp'],
    sending: 'rbac',
  })
  assert.deepEqual(
    steps.map(({ id }) => id),
    ['connect', 'principal', 'role', 'smtp-auth'],
  )
  assert.deepEqual(steps[2]?.commands, [
    "New-ManagementScope -Name 'Evergrant mail 11111111' -RecipientRestrictionFilter 'PrimarySmtpAddress -eq ''o''''brien@contoso.example'' -or PrimarySmtpAddress -eq ''orders@contoso.example'''",
    "New-ManagementRoleAssignment -App '22222222-2222-4222-8222-222222222222' -Role 'Application SMTP.SendAsApp' -CustomResourceScope 'Evergrant mail 11111111'",
  ])
  assert.match(steps[2]?.look[0] ?? '', /^Test-ServicePrincipalAuthorization .* -Resource 'o''brien@contoso\.example'/)
  assert.equal(exchangeSetup({ ...application, protocols: ['imap'], sending: 'rbac' }).length, 4, 'nothing is sent')
})

test('what the token and the servers say points to the step that is missing', () => {
  const token = (claims: object) => ({
    access_token: `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`,
  })
  const both = token({ roles: ['IMAP.AccessAsApp', 'SMTP.SendAsApp'] })
  const check = (protocol: 'imap' | 'smtp', code?: ErrorCode, said = ''): MailCheck => {
    const server = { host: 'mail.example', port: 993, security: 'tls' } as const
    return {
      protocol,
      server,
      ok: code === undefined,
      error: code === undefined ? undefined : new OAuthError(code, said),
    }
  }
  for (const [held, checked, steps] of [
    [both, check('imap'), []],
    [token({}), check('imap', 'MAIL_LOGIN_REFUSED', 'NO AUTHENTICATE failed.'), ['permission']],
    [both, check('imap', 'MAIL_LOGIN_REFUSED', 'NO AUTHENTICATE failed.'), ['principal']],
    [both, check('imap', 'MAIL_COMMAND_REFUSED', 'BAD User is authenticated but not connected.'), ['mailbox']],
    [both, check('smtp', 'MAIL_LOGIN_REFUSED', '535 5.7.139 SmtpClientAuthentication is disabled'), ['smtp-auth']],
    [both, check('smtp', 'MAIL_SERVER_UNREACHABLE', 'no route'), []],
    [{ access_token: 'opaque' }, check('imap', 'MAIL_LOGIN_REFUSED', 'NO'), ['principal']],
  ] as const)
    assert.deepEqual(
      exchangeMissing(held, [checked]).map(({ step }) => step),
      steps,
    )
  for (const [held, checked, steps] of [
    [token({ roles: ['IMAP.AccessAsApp'] }), check('smtp'), []],
    [token({ roles: ['IMAP.AccessAsApp'] }), check('smtp', 'MAIL_LOGIN_REFUSED', '535 5.7.3'), ['role']],
    [both, check('smtp', 'MAIL_LOGIN_REFUSED', '535 5.7.3'), ['permission']],
    [both, check('smtp', 'MAIL_LOGIN_REFUSED', '535 5.7.139 SmtpClientAuthentication is disabled'), ['smtp-auth']],
    [both, check('smtp', 'MAIL_SERVER_UNREACHABLE', 'no route'), []],
    [token({}), check('imap', 'MAIL_LOGIN_REFUSED', 'NO'), ['permission']],
  ] as const)
    assert.deepEqual(
      exchangeMissing(held, [checked], { sending: 'rbac' }).map(({ step }) => step),
      steps,
    )
})
