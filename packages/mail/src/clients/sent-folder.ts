import type { ImapMailbox } from './imap-mailbox.ts'

/** Names that folders for sent mail have where the server does not say which it is (RFC 6154). */
const NAMES = /^(?:sent|sent items|sent messages|sent mail)$/i

/** Saves a mail as read in the folder for sent mail, which is made when there is none. Resolves with the folder. */
export function appendSent(mailbox: ImapMailbox, mail: Buffer): Promise<string> {
  return mailbox.use(async (client) => {
    const folders = await client.list()
    const known =
      folders.find(({ specialUse }) => specialUse === '\\Sent') ??
      folders.find(({ name, flags }) => NAMES.test(name) && !flags.has('\\Noselect'))
    const path = known?.path ?? (await client.mailboxCreate('Sent')).path
    const saved = await client.append(path, mail, ['\\Seen'])
    if (saved === false) throw new Error(`the mail server did not save the copy in ${path}`)
    return path
  })
}
