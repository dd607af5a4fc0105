/**
 * A mail gateway: IMAP, POP3 and SMTP for programs that know passwords alone, OAuth 2.0 towards the mail servers.
 *
 * @module
 */
export type { GatewayAccount, GatewayEvent, GatewayProgram } from './account.ts'
export type { Certificate, CertificateSource } from './certificate.ts'
export {
  type GatewayListener,
  type GatewayOptions,
  type GatewayTraffic,
  type MailGateway,
  startMailGateway,
} from './gateway.ts'
export { fitsHash, hashProgramPassword, newProgramPassword } from './program-password.ts'
