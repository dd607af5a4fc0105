/**
 * Mailboxes that an application opens on its own, without a person: what an administrator has to do for it, and what is missing.
 *
 * @module
 */
export {
  type ExchangeApplication,
  type ExchangeSending,
  type ExchangeStep,
  type ExchangeStepId,
  exchangeMissing,
  exchangeSetup,
  type MissingStep,
} from './exchange-setup.ts'
