import { useTexts } from '../languages/speaking.tsx'
import { CodeBlock } from './code-block.tsx'
import { Folded } from './folded.tsx'

/** Folded away until somebody asks: fields for the person who is asked for support, with a copy button. */
export function TechnicalDetails({ data }: { data: Readonly<Record<string, unknown>> }) {
  const texts = useTexts('shared')
  return (
    <Folded title={texts.technical}>
      <CodeBlock label={texts.technical} text={lines(data)} wrap />
    </Folded>
  )
}

function lines(data: Readonly<Record<string, unknown>>): string {
  return Object.entries(data)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('\n')
}
