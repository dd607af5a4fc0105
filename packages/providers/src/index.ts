export { type Delivery, receiveCode } from './deviations/code-by-webhook.ts'
export { type DeviationKind, deviationKinds } from './deviations/kinds.ts'
export { deviations } from './deviations/registry.ts'
export { type GivenAddresses, listProviders, provider, providerDefinition, providerIds } from './provider.ts'
