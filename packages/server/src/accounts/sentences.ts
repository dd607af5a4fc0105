/** What is said about accounts, in one place for translation. */
export const sentences = {
  new: 'Not connected yet.',
  awaiting_consent: 'Waiting for consent in the window of the provider.',
  unconfirmed:
    'Somebody connected it by your link. No tokens are handed out until you confirm that it was the right person.',
  checking: 'Consent was given; getting access.',
  ok: 'Working.',
  delayed: 'The provider is slow or has trouble; programs still get a valid token.',
  degraded: 'Temporarily unavailable: the provider has trouble and the last token has ended.',
  paused: 'Paused: no tokens are handed out or renewed.',
  removed: 'Removed: it is not here any more, and programs get nothing for it.',
  declined: 'Consent was declined at the provider.',
  consent_failed: 'Connecting did not succeed.',
  provider_asks: 'The provider wants the person first.',
  ended_by_provider: 'The provider ended this sign-in.',
  refresh_interrupted:
    'A renewal was cut off before its result could be kept, and the provider gives no second chance.',
  wrong_account: 'The provider answered a renewal with access to another account. It is kept aside and not used.',
  revoked_here: 'Disconnected here.',
  no_refresh_token: 'The provider gave access for a limited time only, and that has ended.',
  other_client: 'The connection uses another client now.',
  connection_error: 'The settings of the connection need attention.',
  blocked_by_admin: "The provider wants its administrator's approval.",
  confirm: 'Look who connected it, and confirm or refuse.',
  connect: 'Connect the account.',
  reconnect: 'Connect the account again; nothing else changes.',
  check_connection: 'Open the connection and run its check.',
  ask_administrator: "Ask the organisation's administrator at the provider to allow this client.",
  end_it_there: (provider: string) =>
    `It has ended here. Ask the owner of the account to take the permission back in the account settings at ${provider}.`,
  tried_again: 'Nothing needs to be done: it is tried again by itself.',
} as const
