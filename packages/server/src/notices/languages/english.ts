import type { NoticeTexts } from '../notice-texts.ts'

const accounts = (count: number): string => (count === 1 ? 'one account' : `${count} accounts`)

/** Mail about notices, in English. */
export const englishNotices: NoticeTexts = {
  greeting: (name) => `Hello ${name},`,
  open: 'Open this page to mend it:',
  look: 'Look here:',
  footer: (server) => `Sent by Evergrant at ${server}, because you have a user there.`,
  kinds: {
    account_needs_consent: ({ account, connection }) => ({
      subject: `Please reconnect ${account}`,
      text: `The provider wants you to allow the access to ${account} (${connection}) once more. Until then programs get no access to it. It takes a minute, and nothing else changes.`,
    }),
    connection_broken: ({ connection, affected, total }) => ({
      subject: `The connection ${connection} does not work`,
      text: `The provider refuses the settings of the connection ${connection}: most often its client secret has ended or was changed. No account can be renewed until that is mended. Already due for renewal: ${affected} of ${total}.`,
    }),
    accounts_blocked: ({ connection, affected, total }) => ({
      subject: `An approval is missing for ${connection}`,
      text: `The organisation at the provider wants its administrator's approval for the connection ${connection}. Accounts: ${affected} of ${total}.`,
    }),
    accounts_ended: ({ connection, affected, total }) => ({
      subject: `Most accounts of ${connection} have to be reconnected`,
      text: `The provider ended the permission of most accounts of the connection ${connection}: ${affected} of ${total}. Somebody may have withdrawn the program there. Look at that before the owners connect their accounts again.`,
    }),
    secret_expiring: ({ connection, until }) => ({
      subject: `The client secret of ${connection} ends on ${until}`,
      text: `Make a new client secret at the provider and enter it before ${until}. After that no account of the connection ${connection} can be renewed.`,
    }),
    webhook_off: ({ webhook }) => ({
      subject: 'A webhook was switched off',
      text: `Nothing is sent to ${webhook} any more: it did not take messages for days, or said that it is gone. Switch it on again when it works.`,
    }),
    api_key_made: ({ account, affected, by, program, reason }) => ({
      subject:
        account === '' ? 'A program was given access to accounts of yours' : `A program was given access to ${account}`,
      text: `${by} made the API key “${program}”. With it a program gets access to ${account === '' ? accounts(affected) : account}, which you own. The reason given: ${reason}\n\nIf that should not be, take the access away under Programs on the page of the account, and speak to ${by}.`,
    }),
    token_revealed: ({ account, by, reason }) => ({
      subject: `Somebody looked at a token of ${account}`,
      text: `${by} had an access token of your account ${account} shown. Until it ends, it opens what the account allows. The reason given: ${reason}\n\nIf that should not be, speak to ${by}, and revoke the permission on the page of the account.`,
    }),
    password_link_made: ({ by }) => ({
      subject: 'A link for a new password of yours was made',
      text: `${by || 'Somebody at the computer on which this server runs'} made a link by which one can choose a new password for your user and sign in as you. If you did not ask for it, speak to ${by || 'whoever runs the server'}, and look whether your password still works.`,
    }),
    email_changed: ({ by }) => ({
      subject: 'Your e-mail address here was changed',
      text: `${by} changed the e-mail address of your user. With some providers whoever has that address can sign in as you, and mail from this server goes there. If you did not ask for it, speak to ${by}.`,
    }),
    mail_servers_set: ({ account, by }) => ({
      subject: `Mail servers of ${account} were set by hand`,
      text: `${by} set mail servers of your account ${account} by hand. From now on its access tokens are sent to them. If that was not you, look under Mail on the page of the account, restore the preset there, and change your password.`,
    }),
  },
}
