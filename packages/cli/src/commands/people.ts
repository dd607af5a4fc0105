import type { Desk } from '@evergrant/server'
import type { Invitation, User } from '@evergrant/server/contract'
import { Command, Option } from 'commander'
import { type MannerOptions, withManner } from '../client-options.ts'
import { distance, iso, table } from '../grant-text.ts'
import type { Invocation } from '../invocation.ts'
import { withKeyFile } from '../keys.ts'
import { present } from '../option-values.ts'
import type { Action } from '../program.ts'
import { type DeskOptions, noteAddress, openedDesk, withPublicUrl } from '../server-desk.ts'
import { withServer } from '../server-place.ts'
import { UsageError } from '../usage-error.ts'

type PeopleOptions = MannerOptions & DeskOptions

interface InviteOptions extends PeopleOptions {
  readonly email?: string
  readonly role?: User['role']
}

export function peopleCommand(action: Action): Command {
  const command = new Command('people').summary('who may sign in at a server; a link for a new password')
  command
    .description("The people of a server: who may sign in there. The way back in when nobody's password is known.")
    .addHelpText(
      'after',
      `
Works on the server's data, whether it runs or not, for whoever has that and its sealing key: nobody is asked for a
password. What is done is in the audit log, as the command line's. The environment is to be the one that \`serve\` has.

  A password was forgotten:       evergrant people password-link <person>
  No administrator can sign in:   evergrant people invite <name> --role admin`,
    )
  const added = (sub: Command): Command => {
    command.addCommand(withManner(withKeyFile(withPublicUrl(withServer(sub))).optionsGroup('Output:')))
    return sub
  }
  const listing = new Command('list').description(
    'Lists them: name, role, e-mail address, and when they were last seen.',
  )
  command.addCommand(withManner(withKeyFile(withServer(listing)).optionsGroup('Output:')))
  listing.action((options: PeopleOptions) => action(list, options))
  added(
    new Command('password-link')
      .description('Prints a link by which somebody chooses a new password. It works once, for seven days.')
      .argument('<person>', 'their name, e-mail address or id')
      .addHelpText(
        'after',
        `
Links of before end at once. The password of before stays until the new one is chosen; then all their sessions end.
Somebody who has signed in before gets a notice of it, on the page and by mail where the server sends mail.
Whoever has the link can sign in as them: give it to nobody else.`,
      ),
  ).action((person: string, options: PeopleOptions) => action((of, on) => passwordLink(person, of, on), options))
  added(
    new Command('invite')
      .description('Adds somebody, and prints the link by which they choose a password. It works once, for seven days.')
      .argument('<name>', 'what they sign in with')
      .optionsGroup('Person:')
      .addOption(
        new Option('--role <role>', 'what they may do: admin, everything; member, their own accounts')
          .choices(['admin', 'member'])
          .default('member'),
      )
      .addOption(new Option('--email <address>', 'where they get mail from the server').argParser(present)),
  ).action((name: string, options: InviteOptions) => action((of, on) => invite(name, of, on), options))
  return command
}

async function list(options: PeopleOptions, invocation: Invocation): Promise<void> {
  const { terminal, clock } = invocation
  await using desk = await openedDesk(options, invocation)
  const people = await desk.people.list()
  if (terminal.json) terminal.data(people)
  else if (people.length > 0) terminal.text(peopleTable(people, clock.now()))
  if (!people.some(({ role }) => role === 'admin')) {
    terminal.say(`${people.length === 0 ? 'Nobody may sign in yet' : 'Nobody is an administrator'}. ${MAKE_ONE}`)
  }
}

async function passwordLink(person: string, options: PeopleOptions, invocation: Invocation): Promise<void> {
  const { terminal, clock } = invocation
  await using desk = await openedDesk(options, invocation)
  const found = await desk.people.find(person)
  if (found === undefined) {
    throw new UsageError(
      `Nobody at the server is called "${person}", or several are.`,
      '`evergrant people list` shows who there is, and with --json their ids.',
    )
  }
  const made = await desk.people.passwordLink(found.id)
  const { name, invited } = made.user
  print(made, `A link by which ${name} chooses a ${invited ? '' : 'new '}password`, clock.now(), invocation)
  noteAddress(options, desk, invocation)
  terminal.note(
    invited
      ? `Links of before have ended.`
      : `Links of before have ended. The password of before works until ${name} has chosen the new one; then their sessions end, everywhere. ${name} gets a notice of this link.`,
  )
}

async function invite(name: string, options: InviteOptions, invocation: Invocation): Promise<void> {
  const { terminal, clock } = invocation
  const { role, email } = options
  await using desk = await openedDesk(options, invocation)
  const made = await desk.people.invite({ name, ...(role && { role }), ...(email === undefined ? {} : { email }) })
  const words = `${made.user.name} is ${role === 'admin' ? 'an administrator' : 'a member'} now. The link by which they choose a password`
  print(made, words, clock.now(), invocation)
  noteAddress(options, desk, invocation)
  terminal.note('`evergrant people password-link` makes another one when it was lost.')
}

/** The link is the result, and printed this once. */
function print(made: Invitation, words: string, now: number, { terminal }: Invocation): void {
  const until = `${iso(made.expires_at)} (${distance(made.expires_at, now)})`
  terminal.note(`${terminal.style('green', '✓')} ${words}; it works once, until ${until}:`)
  if (terminal.json) terminal.data(made)
  else terminal.result(made.link)
}

function peopleTable(people: Awaited<ReturnType<Desk['people']['list']>>, now: number): string {
  const rows = people.map(({ name, role, email, last_seen_at, invited }) => [
    name,
    role,
    email ?? '–',
    last_seen_at === undefined ? (invited ? 'invited' : '–') : distance(last_seen_at, now),
  ])
  return table([['NAME', 'ROLE', 'E-MAIL', 'LAST SEEN'], ...rows])
}

const MAKE_ONE = '`evergrant people invite <name> --role admin` makes an administrator.'
