import type { ClientAuth } from '../api/types.ts'

export const texts = {
  title: 'Connections',
  lead: 'How Evergrant introduces itself to a provider. One connection serves any number of accounts.',
  add: 'Add connection',
  emptyTitle: 'No connections yet',
  empty:
    'You need a client id and a client secret from the provider’s developer console. The next page shows step by step what to enter there.',
  accounts: (ok: number, total: number) =>
    total === 0 ? 'No accounts yet' : `${ok} of ${total} ${total === 1 ? 'account works' : 'accounts work'}`,
  backToList: 'All connections',

  newTitle: 'Add a connection',
  newLead: 'Takes about five minutes. You will have the provider’s console open beside this page.',
  save: 'Save connection',
  saveChanges: 'Save changes',
  saved: 'Saved.',
  created: 'The connection was saved. Now let Evergrant check it.',
  notSaved: 'Some fields need another look. The first one has the cursor.',

  providerTitle: 'Provider',
  provider: 'Provider',
  providerSearch: 'Type to search',
  providerMissing: 'Choose a provider.',
  providerHelp: (count: number) => `${count} are known, by name, other names and kind. The best known come first.`,
  providerNone: 'No provider of that name. Choose “Any OpenID Connect or OAuth 2.0 provider” and enter its address.',
  single: 'one source’s word',
  toPractise: 'to practise',
  standing: { legacy: 'not for anything new', defunct: 'gone' },
  singleTitle: 'One source’s word',
  singleText: (provider: string, sources: string) =>
    `The addresses of ${provider} were read in one place only (${sources}), and nothing else was found that says the same. Compare them with the provider’s documentation before you rely on them.`,
  noConsentTitle: 'No consent page is known',
  noConsentText: (provider: string) =>
    `As far as is known, ${provider} gives tokens to programs only, not on behalf of people. Accounts cannot be connected by a consent page.`,
  goodToKnow: (provider: string) => `Good to know about ${provider}`,
  name: 'Name',
  nameHelp: 'What you and others will see when adding an account.',
  nameMissing: 'Give the connection a name.',

  registerTitle: (provider: string) => `Register Evergrant at ${provider}`,
  registerSomewhere: 'Register Evergrant at the provider',
  registerLead: 'The provider wants to know which program asks. You do this once, in its developer console.',
  openConsole: 'Open the console',
  openDocs: 'How it is done there',
  registerNow: 'One more step: enter this redirect URI in the provider’s console',
  registerNowText: 'Exactly as it stands here. Without it, the provider refuses to send people back.',
  showGuide: 'Show the steps at the provider',
  hideGuide: 'Hide the steps',
  guideLead: (console: string) => `What to do in: ${console}. Tick off what you have done.`,
  stepEnter: (number: number) => `What to enter in step ${number}`,
  stepDone: (number: number) => `Step ${number} is done`,
  openPage: 'Open the page',
  redirectUri: 'Redirect URI',
  otherAddress: (publicUrl: string, here: string) =>
    `This server calls itself ${publicUrl}, but you opened it as ${here}. Providers will send people to the first address.`,
  otherAddressAdvice: 'Open the page at that address, or set EVERGRANT_PUBLIC_URL to the address that people use.',
  notHttps: 'Most providers accept only https addresses, except on this computer itself.',

  clientTitle: 'Client',
  clientLead: 'What the console gave you.',
  clientId: 'Client id',
  clientIdHelp: 'Also called application id. Not secret.',
  clientIdMissing: 'Enter the client id.',
  clientSecret: 'Client secret',
  clientSecretHelp: 'Stored encrypted. Nobody can read it here again, only replace it.',
  secretStored: (hint: string) => `••••${hint}`,
  secretStoredNoHint: '••••••••',
  secretSet: 'set',
  replaceSecret: 'Replace',
  keepSecret: 'Keep the stored one',
  clientAuth: 'How the secret is sent',
  clientAuthHelp: 'Leave it as it is unless the provider’s documentation says otherwise.',

  parametersTitle: 'About your organisation',
  example: 'For example',
  parameterOptional: 'May be left empty.',
  parameterMissing: (title: string) => `Enter: ${title}.`,
  parameterWrong: (title: string, example: string | undefined) =>
    `This does not look like a ${title}.${example ? ` It looks like ${example}.` : ''}`,

  issuerTitle: 'Where the provider is',
  issuerLead: 'With the issuer address Evergrant finds the rest by itself. Without one, enter both endpoints.',
  issuer: 'Issuer',
  issuerHelp: 'For instance https://login.example.com',
  authorizationEndpoint: 'Authorization endpoint',
  tokenEndpoint: 'Token endpoint',
  addressMissing: 'Enter the issuer, or both endpoints.',
  addressWrong: 'Enter a whole address that begins with https://',

  scopeTitle: 'What accounts will be asked to allow',
  scopeLead: 'As little as your programs need. Accounts are asked again when you add something later.',
  scopeAlways: 'Always asked for as well',
  scopeRaw: 'Scopes',
  scopeRawHelp: 'As the provider spells them, separated by spaces.',

  checkTitle: 'Check',
  checkLead: 'Evergrant tries everything that can be tried without a person.',
  check: 'Check now',
  checkAgain: 'Check again',
  checkOk: 'Everything that can be checked is in order.',
  checkBad: 'Something needs another look.',
  passed: 'passed',
  failed: 'failed',
  tryTitle: 'Try it with my account',
  tryLead: 'The surest check: connect one account and see it turn green.',
  tryIt: 'Try it with my account',
  lastError: 'Last error',

  deleteTitle: (name: string) => `Delete the connection ${name}?`,
  deleteText: (total: number) =>
    total === 0
      ? 'No account uses it. The stored client secret is deleted too.'
      : `${total === 1 ? 'One account uses' : `${total} accounts use`} it and would stop working. The stored client secret is deleted too.`,
  delete: 'Delete connection',
  deleted: (name: string) => `${name} was deleted.`,
  dangerTitle: 'Delete this connection',
  dangerLead: 'Its accounts can no longer be renewed.',
} as const

/** Client authentication methods (RFC 7591 §2) in words. */
export const clientAuthWords: Readonly<Record<ClientAuth, string>> = {
  client_secret_basic: 'In the Authorization header (usual)',
  client_secret_basic_raw: 'In the Authorization header, not encoded',
  client_secret_post: 'In the body of the request',
  client_secret_username: 'As the user name of the Authorization header',
  none: 'There is no secret (public client)',
  none_basic: 'There is no secret, and a header without a password all the same',
}
