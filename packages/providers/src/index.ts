export { type Delivery, receiveCode } from './deviations/code-by-webhook.ts'
export { type DeviationKind, deviationKinds } from './deviations/kinds.ts'
export { deviations } from './deviations/registry.ts'
export type { CatalogueEntry, CatalogueParameter, Confidence } from './entry.ts'
export { extendEntry } from './entry-merge.ts'
export { type AdviceFile, adviceFamilies, adviceFile, errorAdvice } from './error-advice.ts'
export { type GivenAddresses, provider, providerDefinition, providerIds } from './provider.ts'
export { listProviders, type ProviderSummary } from './provider-index.ts'
export { providerTexts, textLanguages } from './provider-texts.ts'
export { type ProviderFilter, searchProviders } from './search.ts'
export {
  type GuideFile,
  type GuideValues,
  guideFile,
  guideNames,
  type SetupGuide,
  type SetupStep,
  setupGuide,
} from './setup-guide.ts'
export { type ProviderVersion, providerVersions } from './versions.ts'
