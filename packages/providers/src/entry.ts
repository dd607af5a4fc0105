import type { ProviderDefinition, ProviderParameter } from '@evergrant/core'

/** A parameter of a catalogue entry: beside what the engine needs, what a form can make of it. */
export interface CatalogueParameter extends ProviderParameter {
  /** Which part of an address or request it is. */
  readonly in?: 'host' | 'host-label' | 'tld' | 'path' | 'query' | 'param'
}

/** `verified`: at least two independent sources name the same addresses. `single`: one source's word. */
export type Confidence = 'verified' | 'single'

/**
 * A provider as the catalogue has it: the definition that the engine works with, and what people want to know when they
 * choose one. Fields that are left out have the value that their comment names.
 */
export interface CatalogueEntry extends ProviderDefinition {
  /** The entry that this one is merged over. */
  readonly extends?: string
  /** Other names in use. */
  readonly aliases?: readonly string[]
  readonly categories?: readonly string[]
  /** Whether it can be used for something new. Default `active`. */
  readonly status?: 'active' | 'legacy' | 'defunct'
  readonly status_note?: string
  /** A place to practise; others are for real. */
  readonly environment?: 'sandbox'
  /** The entry that this one is another environment or product of. */
  readonly variant_of?: string
  /** Generations of the same service by what people call them, in the order to try them in when nobody says which. */
  readonly versions?: Readonly<Record<string, string>>
  /** Flows that are known to work, as RFC 7591 §2 spells them. Default `["authorization_code"]`. */
  readonly grant_types?: readonly string[]
  readonly parameters?: Readonly<Record<string, CatalogueParameter>>
  /** What is known about PKCE. Default: nothing. It is sent unless `pkce` says `off`. */
  readonly pkce_support?: 'required' | 'supported' | 'tolerated'
  /** Facts that no source states: how the client authenticates is then the usual way, not a known one. */
  readonly assumed?: readonly string[]
  /** How this provider deviates, by the names of the table of deviations. */
  readonly quirks?: readonly string[]
  /** What a person should know, in sentences. */
  readonly notes?: readonly string[]
  /** Older or parallel addresses that sources still name: authorization and token endpoint. */
  readonly alternates?: readonly (readonly [string, string])[]
  readonly confidence: Confidence
  /** For `single`: when its source was read, ISO date. `verified` has the date of two. */
  readonly seen?: string
  /** Short names of the sources; `sources.json` of the package says which repositories they are. */
  readonly sources?: readonly string[]
  /** Gone through by hand, beside the comparison of sources. */
  readonly hand_checked?: true
  /** Written by hand: the conversion leaves this file alone. */
  readonly by_hand?: true
}
