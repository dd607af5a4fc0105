import { useTexts } from '../languages/speaking.tsx'
import classes from './code-block.module.css'
import { CopyButton } from './copy-button.tsx'

/** Text meant for copying, shown as it is. `label` names it for the copy button and for a screen reader. */
export function CodeBlock({ text, label, wrap = false }: { text: string; label: string; wrap?: boolean }) {
  const texts = useTexts('shared')
  return (
    <div className={classes.block}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard (axe scrollable-region-focusable) */}
      <section className={classes.scroll} tabIndex={0} aria-label={label}>
        <pre className={classes.text} data-wrap={wrap || undefined}>
          <code>{text}</code>
        </pre>
      </section>
      <div className={classes.copy}>
        <CopyButton text={text} label={texts.copyThis({ what: label })} />
      </div>
    </div>
  )
}
