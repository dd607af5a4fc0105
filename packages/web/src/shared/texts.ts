import type { Who } from '../api/types.ts'

export const texts = {
  product: 'Evergrant',
  copy: 'Copy',
  copied: 'Copied',
  copyFailed: 'Copying is not possible here: select the text instead',
  cancel: 'Cancel',
  close: 'Close',
  tryAgain: 'Try again',
  technical: 'Technical details',
  more: 'More about this',
  whoCanFix: 'Who can fix it',
  never: 'never',
  loading: 'Loading…',
  unreachableTitle: 'The server does not answer',
  unreachableDetail: 'Evergrant could not be reached. It may be restarting; nothing you saved is lost.',
  unreachableAdvice: 'This page tries again by itself. If it stays like this, start the server again.',
  unexpectedTitle: 'Something on this page went wrong',
  unexpectedAdvice: 'Reload the page. If it happens again, send the technical details to the maintainers.',
  notFoundTitle: 'There is nothing at this address',
  notFoundDetail: 'It may have been removed, or the link is incomplete.',
  toAccounts: 'Go to accounts',
  stillThere: (provider: string) => `${provider} may still hold the permission.`,
  endItThere: (provider: string) => `End it at ${provider}`,
} as const

/** Who has to act, as words. */
export const whoWords: Readonly<Record<Who, string>> = {
  person: 'you, or the owner of the account',
  administrator: 'an administrator of your organisation',
  developer: 'whoever wrote the program that asked',
  operator: 'whoever runs this Evergrant server',
  provider: 'the provider; usually it passes by itself',
}
