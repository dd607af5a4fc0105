/**
 * Where the mail servers of an address are, and how they are signed in to.
 *
 * @module
 */
export { type NamedServers, readAutoconfig, readAutodiscover } from './autoconfig.ts'
export { type DiscoverOptions, discoverMail, type MailDiscovery } from './discover.ts'
export { type MailSecurity, type MailServer, mailServer } from './mail-server.ts'
export { type MailAuthentication, type MailPreset, mailPresets, mailScope } from './presets.ts'
export { type SentCopy, sentCopy } from './sent-copy.ts'
