import { type CallbackTexts, text } from '../callback-texts.ts'

const list = (titles: readonly string[]): string => new Intl.ListFormat('en').format(titles.map((one) => `“${one}”`))

/** What the pages after consent say, in English. */
export const english: CallbackTexts = {
  words: {
    account: 'The account',
    owner: 'Its owner',
    close: 'You can close this window.',
    again: 'Start again',
    open: 'Open Evergrant',
    settings: 'Open the connection',
    details: 'Technical details',
    code: 'Code',
    provider: 'The provider said',
    time: 'Time',
    request: 'Request',
    notGiven: 'Not given (scopes)',
    replace: 'Replace the existing one',
    keep: 'Keep both',
    linkStays: 'Your link still works: open it again to start over.',
  },
  scopes: {
    openid: 'Know who signs in',
    profile: 'See the name',
    email: 'See the e-mail address',
    address: 'See the postal address',
    phone: 'See the phone number',
    offline_access: 'Keep access while you are away',
  },
  connected: (account, connection) =>
    text('Connected', `${account} is connected through ${connection}.`, 'This window closes by itself.'),
  incomplete: (account, permissions) =>
    text(
      'Connected, but something was left out',
      `${account} is connected, without: ${list(permissions)}.`,
      'If your programs need it, start again and leave every box ticked. Otherwise you can close this window.',
    ),
  pending: ({ account, by, without, addedFor }) =>
    text(
      'Waiting for confirmation',
      [
        `Thank you: the permission for ${account} has arrived.`,
        ...(without.length === 0 ? [] : [`It lacks: ${list(without)}.`]),
        ...(addedFor === undefined ? [] : [`${by} had asked for ${addedFor}.`]),
      ].join(' '),
      `${by} looks whether it was you and confirms it; before that no program gets access. There is nothing more for you to do, and you can close this window.`,
    ),
  another: (account, addedFor) =>
    text(
      'That is another account',
      `You signed in as ${account}, but this account was added for ${addedFor}.`,
      `Evergrant asks you now whether ${account} is to stay, or whether you try again as ${addedFor}.`,
    ),
  already: (account, name, addedFor) =>
    text(
      'This account is connected already',
      `${addedFor === undefined ? '' : `You were to sign in as ${addedFor}. `}${account} is connected here as “${name}”. The new permission is stored safely, whatever you choose.`,
      `Replace: “${name}” gets the new permission, and programs that use it go on as before. Keep both: the new one becomes a second account.`,
    ),
  replaced: (account) =>
    text(
      'Connected',
      `${account} was connected already and has the new permission now.`,
      'This window closes by itself.',
    ),
  wrongAccount: (used, expected) =>
    text(
      'That was another account',
      used === undefined
        ? `The provider did not say who signed in, and this account belongs to ${expected}. Nothing was changed.`
        : `You signed in as ${used}, but this account belongs to ${expected}. Nothing was changed.`,
      `Start again and choose ${expected} at the provider, or add a new account in Evergrant.`,
    ),
  otherBrowser: text(
    'Please finish in the other browser',
    'This consent was begun in another browser or another profile, so it was not used here.',
    'Go back to the browser in which you pressed Connect. If that was not you, close this window: nothing was connected.',
  ),
  adminConsent: text(
    'Allowed for the organisation',
    'An administrator has allowed this program.',
    'The people concerned can connect their accounts in Evergrant now.',
  ),
  other: ({ message, advice }) => text('Not connected', message, advice),
  failures: {
    ACCESS_DENIED: text(
      'Not connected',
      'The access was declined at the provider.',
      'You can start again and allow it. Nothing else has changed.',
    ),
    AUTHORIZATION_NOT_FOUND: text(
      'This link was used already',
      'No consent is waiting for this answer: it was finished before, or it was begun too long ago.',
      'Look in Evergrant whether the account is connected. If not, start again.',
    ),
    AUTHORIZATION_EXPIRED: text(
      'This took too long',
      'The consent was finished more than ten minutes after it was begun.',
      'Start again; it takes a moment.',
    ),
    STATE_MISMATCH: text(
      'This answer does not belong here',
      'It was meant for another connection, so it was not used.',
      'Start again from Evergrant. If this comes back, tell an administrator.',
    ),
    ISSUER_MISMATCH: text(
      'This answer came from the wrong place',
      'Another server answered than the one that was asked, so the answer was not used.',
      'Tell an administrator: the connection may name the wrong issuer, or somebody interferes.',
    ),
    CALLBACK_INVALID: text(
      'There is nothing to finish here',
      'This address was opened without an answer of a provider.',
      'Start connecting from Evergrant.',
    ),
    CODE_REFUSED: text(
      'The provider took its answer back',
      'The provider did not accept the code that it had just given.',
      'Start again. If this comes back, an administrator should run the check of the connection.',
    ),
    INVALID_CLIENT: text(
      'The connection needs attention',
      'You did everything right, but the provider does not accept the client id or secret of this connection.',
      'An administrator has to correct the connection, then you start again.',
    ),
    AUTHORIZATION_REFUSED: text(
      'The provider refused',
      'The provider did not allow this connection.',
      'An administrator should read what the provider said below.',
    ),
    PROVIDER_UNREACHABLE: text(
      'The provider cannot be reached',
      'Evergrant could not reach the provider to finish.',
      'Start again in some minutes. If this comes back, tell an administrator.',
    ),
    PROVIDER_TIMEOUT: text(
      'The provider did not answer in time',
      'Evergrant waited for the provider, and no answer came.',
      'Start again in some minutes.',
    ),
    PROVIDER_UNAVAILABLE: text(
      'The provider has trouble',
      'The provider answered that it cannot do this at the moment.',
      'Start again in some minutes.',
    ),
    RATE_LIMITED: text(
      'The provider is busy',
      'The provider asks for fewer requests at the moment.',
      'Start again in some minutes.',
    ),
    INVALID_ANSWER: text(
      'The provider gave a strange answer',
      'What came back is not an answer of an authorization server.',
      'Start again. If this comes back, an administrator should run the check of the connection.',
    ),
  },
}
