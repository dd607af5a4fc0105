export { type GivenAddresses, listProviders, provider, providerDefinition, providerIds } from './provider.ts'
